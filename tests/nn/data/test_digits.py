"""Pictures of digits: real ones come back, drawn ones are put as data sets put theirs."""

import io
import math
import random
import struct
import sys
import zlib
from contextlib import suppress

import numpy as np
import pytest

import nn.data.digits
from nn import read_digit

Image = pytest.importorskip("PIL.Image", reason="reads the pictures")
ImageDraw = pytest.importorskip("PIL.ImageDraw")


def save(array, path, **options):
    Image.fromarray(np.asarray(array).round().astype(np.uint8)).save(path, **options)
    return path


def arc(x, y, width, height, start, end):
    angles = np.radians(np.linspace(start, end, 40))
    return [(x + width * math.cos(a), y + height * math.sin(a)) for a in angles]


def distance(one, other):
    """The largest difference, wherever the second stands: up to a column to the side."""
    return min(np.abs(one - np.roll(other, shift, axis=1)).max() for shift in (0, 1, -1))


# Strokes in a box of 1 by 1, y downwards
STROKES = {
    0: [arc(0.5, 0.5, 0.4, 0.5, 0, 360)],
    1: [[(0.25, 0.2), (0.55, 0), (0.55, 1)]],
    2: [[*arc(0.5, 0.28, 0.35, 0.28, 180, 380), (0.15, 1), (0.85, 1)]],
    3: [[*arc(0.45, 0.26, 0.35, 0.26, 200, 450), *arc(0.45, 0.74, 0.4, 0.26, -90, 160)]],
    4: [[(0.2, 0), (0.15, 0.5), (0.85, 0.5)], [(0.75, 0), (0.7, 1)]],
    5: [[(0.85, 0), (0.25, 0), (0.2, 0.45), *arc(0.48, 0.7, 0.35, 0.3, -130, 150)]],
    6: [[*arc(0.75, 0.6, 0.6, 0.6, -95, -180), *arc(0.5, 0.72, 0.35, 0.28, 180, 540)]],
    7: [[(0.1, 0), (0.85, 0), (0.4, 1)], [(0.3, 0.5), (0.8, 0.5)]],
    8: [arc(0.5, 0.25, 0.3, 0.25, 0, 360), arc(0.5, 0.75, 0.36, 0.25, 0, 360)],
    9: [arc(0.5, 0.28, 0.33, 0.28, 0, 360), arc(0.33, 0.35, 0.5, 0.65, 0, 60)],
}


def drawn(digit, pen=20, canvas=280, height=180, left=80, top=50, ink="black", ground="white"):
    mode = "RGBA" if ground == "transparent" else "RGB"
    picture = Image.new(mode, (canvas, canvas), (0, 0, 0, 0) if mode == "RGBA" else ground)
    draw = ImageDraw.Draw(picture)
    for stroke in STROKES[digit]:
        points = [(left + 0.75 * height * x, top + height * y) for x, y in stroke]
        draw.line(points, fill=ink, width=pen, joint="curve")
        for x, y in points:
            draw.ellipse([x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2], fill=ink)
    return picture


@pytest.fixture(scope="module")
def digits():
    return pytest.importorskip("sklearn.datasets", reason="the data").load_digits()


def test_the_photo_of_a_turned_camera_is_upright(tmp_path):
    turned, exif = drawn(5).rotate(90, expand=True), Image.Exif()
    exif[0x0112] = 6  # turn it by 90 degrees to the right, says the camera
    turned.save(tmp_path / "photo.png", exif=exif)
    drawn(5).save(tmp_path / "digit.png")
    expected = read_digit(tmp_path / "digit.png")
    assert read_digit(tmp_path / "photo.png").tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("factor", "margin", "dark"), [(1, 0, False), (12, 0, False), (9, 20, True)]
)
def test_real_digits_come_back(tmp_path, digits, factor, margin, dark):
    in_place = 0
    for image in digits.images[:30] / 16:
        grey = np.pad(np.kron(image, np.ones((factor, factor))), margin) * 255
        read = read_digit(save(255 - grey if dark else grey, tmp_path / "digit.png"))
        assert distance(read, image) < 0.1
        in_place += np.abs(read - image).max() < 0.1
    assert in_place > 22  # the others are not in the middle of their images


def test_drawn_digits_are_recognised(tmp_path, digits):
    svm = pytest.importorskip("sklearn.svm", reason="the judge")
    judge = svm.SVC(gamma=0.05, C=10.0).fit(digits.data[::2] / 16, digits.target[::2])
    path, right = tmp_path / "digit.png", []
    for pen in (6, 30):
        for digit in range(10):
            drawn(digit, pen).save(path)
            right.append(judge.predict(read_digit(path).reshape(1, -1))[0] == digit)
    assert np.mean(right) >= 0.9


@pytest.mark.parametrize("digit", range(10))
def test_place_size_pen_and_colours_matter_little(tmp_path, digit):
    path = tmp_path / "digit.png"
    drawn(digit).save(path)
    expected = read_digit(path)
    assert expected.shape == (8, 8)
    assert (expected.min(), expected.max()) == (0.0, 1.0)
    assert expected[0].max() > 0.1 < expected[-1].max()  # it fills the height
    for options in (
        {"left": 10, "top": 90},
        {"ink": "white", "ground": "black"},
        {"ink": "navy", "ground": "yellow"},
        {"ground": "transparent"},
    ):
        drawn(digit, **options).save(path)
        assert distance(read_digit(path), expected) < 0.1, options
    drawn(digit, 40, 560, 360, 160, 100).save(path)
    assert distance(read_digit(path), expected) < 0.1
    drawn(digit).save(tmp_path / "digit.jpg", quality=98)
    assert distance(read_digit(tmp_path / "digit.jpg"), expected) < 0.1
    drawn(digit, 4).save(path)
    assert read_digit(path).mean() >= 0.24


def test_areas_are_averaged(tmp_path):
    """A block of 24 by 24 beside one half as dark: 3 pixels to a cell of the 8."""
    picture = np.full((30, 40), 255.0)
    picture[3:27, 8:20] = 0.0
    picture[3:27, 20:32] = 127.5
    read = read_digit(save(picture, tmp_path / "blocks.png"))
    np.testing.assert_allclose(read, [[1.0] * 4 + [127 / 255] * 4] * 8, atol=1e-12)
    picture[3:27:3] = 255.0  # every third row, but the first is then no longer ink
    read = read_digit(save(picture, tmp_path / "blocks.png"))
    columns = read[:, :4]
    rows = np.repeat((picture[4:27, 8] == 0).astype(float), 8).reshape(8, 23).mean(axis=1)
    np.testing.assert_allclose(columns[:, 1], rows / rows.max(), atol=1e-12)


def test_other_sizes_are_put_as_mnist_puts_them(tmp_path):
    picture = np.zeros((100, 100))
    picture[20:60, 30:40] = 255.0  # 40 by 10, in 20 by 5 pixels
    read = read_digit(save(picture, tmp_path / "stroke.png"), size=28)
    rows, columns = np.nonzero(read)
    assert (rows.min(), rows.max()) == (4, 23)
    assert columns.max() - columns.min() == 4
    picture[50:60, 30:70] = 255.0  # a foot, to the right
    read = read_digit(save(picture, tmp_path / "stroke.png"), size=28)
    assert np.count_nonzero(read.any(axis=1)) == 20 == np.count_nonzero(read.any(axis=0))
    for axis in (0, 1):
        mass = read.sum(axis=1 - axis)
        assert abs(mass @ (np.arange(28) + 0.5) / mass.sum() - 14) <= 0.5


def test_pictures_of_16_bits_are_read_whole(tmp_path):
    picture = np.zeros((40, 40), dtype=np.uint16)
    picture[4:36, 8:20], picture[4:36, 20:32] = 60_000, 30_000
    path = tmp_path / "deep.png"
    Image.fromarray(picture).save(path)
    read = read_digit(path)
    assert sorted(set(read[3].round(2))) == [0.0, 0.5, 1.0]
    Image.fromarray(picture // 60).save(path)  # hardly any contrast, of 65535
    with pytest.raises(ValueError, match="is empty"):
        read_digit(path)


@pytest.mark.parametrize(
    "picture",
    [np.full((20, 20), 255), np.zeros((20, 20, 4)), np.full((1, 1), 7), np.eye(20) * 3 + 100],
)
def test_an_empty_picture_is_refused(tmp_path, picture):
    path = save(picture, tmp_path / "empty.png")
    with pytest.raises(ValueError, match=r"empty\.png is empty: its pixels"):
        read_digit(path)


def test_what_is_no_picture_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "digit.png"
    path.write_text("a digit")
    with pytest.raises(ValueError, match=r"digit\.png is no picture that Pillow reads"):
        read_digit(path)
    with pytest.raises(FileNotFoundError, match=r"nowhere\.png"):
        read_digit(tmp_path / "nowhere.png")
    with pytest.raises(ValueError, match="size must be at least 1"):
        read_digit(path, 0)
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ImportError, match="pip install pillow"):
        read_digit(path)


def inks():
    """Yield names and arrays of 0 and 255: every kind of thin, lone or full ink."""
    for height, width in ((1, 1), (1, 980), (980, 1), (2, 980), (980, 2), (3, 900), (1, 2100)):
        stroke = np.zeros((height + 20, width + 20))
        stroke[10:-10, 10:-10] = 255.0
        yield f"stroke of {height} by {width}", stroke
    yield "diagonal", np.pad(np.eye(120), 5) * 255.0
    yield "faint diagonal", np.pad(np.eye(120), 5) * 16.0
    yield "two far pixels", np.pad([[255.0] + [0.0] * 998 + [30.0]], 3)
    cross = np.zeros((300, 300))
    cross[150, 5:-5] = cross[5:-5, 150] = 255.0
    yield "cross", cross
    cross[150], cross[:, 150] = 255.0, 255.0
    yield "cross that touches the frame", cross
    yield "a lone pixel of 1 by 2", np.array([[0.0, 255.0]])
    yield "rows of 1 by 300", np.array([[0.0, 255.0, 0.0] * 100])
    generator = np.random.default_rng(1)
    for share in (0.001, 0.03, 0.5):
        yield f"noise {share}", (generator.random((150, 40)) < share) * 200.0


@pytest.mark.parametrize(("name", "ink"), [pytest.param(*pair, id=pair[0]) for pair in inks()])
def test_every_ink_is_read_in_a_bounded_number_of_steps(name, ink, tmp_path, monkeypatch):
    thicken, steps = nn.data.digits._thickened, []

    def counted(fine):
        steps.append(fine.shape)
        assert len(steps) < 150, f"{name}: still growing at {fine.shape}"
        return thicken(fine)

    monkeypatch.setattr(nn.data.digits, "_thickened", counted)
    path = save(ink, tmp_path / "ink.png")
    for size in (8, 28, 1, 2, 3, 13):
        read = read_digit(path, size)
        assert read.shape == (size, size)
        assert read.min() >= 0.0
        assert read.max() == 1.0
        assert size != 8 or read.mean() >= 0.24


def chunk(kind, content):
    crc = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)


def png(width, height, *chunks):
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join([chunk(b"IHDR", header), *chunks])


def encoded(picture, form, **options):
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no picture that Pillow reads"),
        (encoded(drawn(3), "PNG")[:600], "cannot be read as a picture: .*truncated"),
        (png(60_000, 60_000, chunk(b"IDAT", b"")), "cannot be read as a picture: .*3600000000"),
        (png(12_000, 12_000, chunk(b"IDAT", b"")), "(12,000 by 12,000 pixels|144000000)"),
        (png(2**25 + 1, 1, chunk(b"IDAT", b"")), "33,554,433 by 1 pixels; make it smaller"),
        (png(9, 9) + chunk(b"IDAT", b"\0"), "cannot be read as a picture"),
        (encoded(drawn(3), "EPS"), "reads as PNG, JPEG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 50 50\n", "reads as PNG, JPEG"),
        (encoded(drawn(3), "PDF"), "reads as PNG, JPEG"),
        (encoded(drawn(3), "GIF", save_all=True, append_images=[drawn(4)]), "several frames"),
        (encoded(drawn(3), "PNG", save_all=True, append_images=[drawn(4)]), "several frames"),
        (encoded(drawn(3), "TIFF", save_all=True, append_images=[drawn(4)]), "several frames"),
        (encoded(Image.new("LAB", (9, 9)), "TIFF"), "from LAB"),
        (encoded(Image.fromarray(np.eye(9, dtype=np.float32)), "TIFF"), "are floats"),
        (encoded(Image.fromarray(np.eye(9, dtype=np.int32) * 70_000), "TIFF"), "than 16 bits"),
        (encoded(Image.fromarray(np.eye(9, dtype=np.int32) * -1), "TIFF"), "than 16 bits"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_one_kind_of_error(content, message, tmp_path, monkeypatch):
    """Nothing but Pillow reads: no program is started, as Ghostscript would be."""
    monkeypatch.setattr("subprocess.Popen", None)
    path = tmp_path / "digit.png"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"digit\.png.*{message}"):
        read_digit(path)
    with pytest.raises(ValueError, match="is a folder"):
        read_digit(tmp_path)


@pytest.mark.parametrize("form", nn.data.digits.FORMATS)
def test_damage_anywhere_is_a_value_error_or_a_picture(form, tmp_path):
    """A file of each format, cut and with bytes changed."""
    whole = encoded(drawn(5, 8, 90, 60, 25, 15), form)
    path = tmp_path / "digit.png"
    generator = random.Random(form)
    for _ in range(40):
        content = bytearray(
            whole[: generator.choice([len(whole), generator.randrange(len(whole))])]
        )
        for _ in range(generator.randrange(4)):
            if content:
                content[generator.randrange(min(len(content), 200))] = generator.randrange(256)
        path.write_bytes(content)
        with suppress(ValueError):
            assert np.isfinite(read_digit(path)).all()


@pytest.mark.parametrize(
    ("mode", "form"),
    [("1", "PNG"), ("L", "PNG"), ("LA", "PNG"), ("P", "PNG"), ("RGB", "PNG"), ("RGBA", "PNG"),
     ("P", "GIF"), ("P", "BMP"), ("L", "PPM"), ("CMYK", "TIFF"), ("CMYK", "JPEG"), ("L", "JPEG"),
     ("YCbCr", "TIFF"), ("RGBA", "WEBP")],
)  # fmt: skip
def test_every_mode_shows_the_same_digit(mode, form, tmp_path):
    options = {"quality": 98} if form == "JPEG" else {}
    drawn(5).save(tmp_path / "digit.png")
    (tmp_path / "other").write_bytes(encoded(drawn(5).convert(mode), form, **options))
    expected = read_digit(tmp_path / "digit.png")
    assert distance(read_digit(tmp_path / "other"), expected) < 0.1


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_colour_that_stands_for_transparent_is_white(dtype, tmp_path):
    """Black ink on grey 40, which the file calls transparent, is black on white."""
    picture = np.full((40, 40), 40, dtype=dtype)
    picture[4:36, 10:20] = 0
    Image.fromarray(picture).save(tmp_path / "clear.png", transparency=40)
    read = read_digit(tmp_path / "clear.png")
    assert (read > 0).all(axis=0).tolist() == [2 < column < 6 for column in range(8)]


def test_large_pictures_are_averaged_down(tmp_path):
    small = drawn(5)
    small.save(tmp_path / "small.png")
    enlarged = small.resize((2240, 2240), Image.Resampling.NEAREST)
    enlarged.save(tmp_path / "large.png", compress_level=1)
    expected = read_digit(tmp_path / "small.png")
    assert distance(read_digit(tmp_path / "large.png"), expected) < 0.02
