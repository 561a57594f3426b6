"""Convolution: a small neuron slides over an image.

A kernel is a neuron that sees a window of the image at a time. It gives one number for each place
of the window, and these numbers form a new image, the feature map. The weights decide what it
shows: edges, blur, sharpness. The same few weights serve at every place, so a kernel finds a
pattern wherever it is; a dense layer, to which the image is a long list, learns it at each place
anew. Pooling then shrinks a map: it keeps the largest number of each window, or the mean.

Source: "An introduction to neural networks", convolution, and why flattening loses positions.

    python demos/lessons/11_convolution.py
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from scipy.signal import correlate2d  # type: ignore[import-untyped]
from sklearn.datasets import load_sample_image

from autograd import Value, hypot
from nn import AvgPool2d, Conv2d, Flatten, MaxPool2d, Sequential
from pictures import output_folder, save
from visualize import draw, plot_images

folder = output_folder(__file__, __doc__)


def sliding(kernels: Any, **settings: Any) -> Conv2d:
    """Return a layer with the weights of `kernels`: (maps, channels, rows, columns)."""
    kernels = np.array(kernels, dtype=float)
    maps, channels_in, *size = kernels.shape
    layer = Conv2d(channels_in, maps, tuple(size), bias=False, **settings)
    layer.load_state_dict(dict(zip(layer.state_dict(), kernels.ravel().tolist())))
    return layer


def numbers(maps: Any) -> Any:
    """Return the data of Values in nested lists as an array."""
    return np.vectorize(lambda value: value.data)(np.array(maps, dtype=object))


print("1. By hand: the kernel is laid on each window, multiplied number by number, and added up")
image = np.array([[0, 0, 9, 9], [0, 0, 9, 9], [0, 0, 0, 9], [0, 0, 0, 0]], dtype=float)
kernel = np.array([[-1, 1], [-1, 1]], dtype=float)  # right minus left: finds vertical edges
pixels = [[Value(x, label=f"pixel {i},{j}") for j, x in enumerate(r)] for i, r in enumerate(image)]
layer = sliding([[kernel]])
by_hand = np.zeros((3, 3))
print("   image", str(image.astype(int)).replace("\n", "\n         "))
print("   kernel", str(kernel.astype(int)).replace("\n", "\n          "))
for i in range(3):
    for j in range(3):
        window = image[i : i + 2, j : j + 2]
        terms = [f"{w:2.0f}·{x:.0f}" for w, x in zip(kernel.flat, window.flat)]
        by_hand[i, j] = (kernel * window).sum()
        print(f"   row {i}, column {j}:  {' + '.join(terms)} = {by_hand[i, j]:3.0f}")
feature_map = layer(pixels)[0]
print("   Conv2d gives", str(numbers(feature_map).astype(int)).replace("\n", "\n                "))
assert (numbers(feature_map) == by_hand).all()
one = feature_map[0][1]
one.label = "map 0,1"
one.backward()
print("   The gradient in the four pixels of a window is the kernel, in the weights the window.")
save(draw(one, title="One window: the kernel is a neuron"), folder / "window.svg")

print("\n2. A photograph of 42 x 64 pixels, and what four kernels of 3 x 3 make of it")
colours = load_sample_image("china.jpg")[:420] / 255.0
colours = colours.reshape(42, 10, 64, 10, 3).mean(axis=(1, 3))  # the mean of 10 x 10 pixels
photo = colours.mean(axis=2)
sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 4
box = np.ones((3, 3)) / 9
sharpen = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])
kernels = {"Sobel across": sobel, "Sobel down": sobel.T, "box blur": box, "sharpen": sharpen}
filters = sliding([[k] for k in kernels.values()])
started = time.perf_counter()
maps = filters(photo)
by_graph = time.perf_counter() - started
across, down, blurred, sharpened = numbers(maps)
# The strength of an edge, in whichever direction it runs
edges = [[hypot(a, d) for a, d in zip(*rows)] for rows in zip(maps[0], maps[1])]
strength = numbers(edges)
greys = {"photograph": photo, "box blur": blurred, "sharpened": np.clip(sharpened, 0, 1)}
greys["edges"] = strength
save(plot_images(list(greys.values()), titles=list(greys), columns=2), folder / "photo.svg")
figure = plot_images(
    [across, down], titles=["across: left to right", "down: top to bottom"], diverging=True,
    title="Sobel: brighter (blue), darker (orange)",
)  # fmt: skip
save(figure, folder / "sobel.svg")
for name, values in zip(kernels, (across, down, blurred, sharpened)):
    print(f"   {name:13} from {values.min():5.2f} to {values.max():5.2f}")
print(f"   A kernel has {sobel.size} weights. A dense neuron on this photo has {photo.size}.")
print(f"   Windows lie within the photo, so the maps have {across.shape[0]} x {across.shape[1]}.")

print("\n3. Compared with scipy.signal.correlate2d: the size of the map, the largest difference")
cases = [(1, 0), (1, 1), (2, 1), (3, 2)]
differences = {}
for channels, picture in ((1, photo[None]), (3, colours.transpose(2, 0, 1))):
    weights = np.random.default_rng(11).normal(size=(1, channels, 3, 3))
    for stride, padding in cases:
        ours = numbers(sliding(weights, stride=stride, padding=padding)(picture))[0]
        padded = np.pad(picture, ((0, 0), (padding, padding), (padding, padding)))
        sums = [correlate2d(c, w, mode="valid") for c, w in zip(padded, weights[0])]
        theirs = np.sum(sums, axis=0)[::stride, ::stride]
        difference = differences[channels, stride, padding] = np.abs(ours - theirs).max()
        setting = f"channels {channels}  stride {stride}  padding {padding}"
        print(f"   {setting}  {ours.shape[0]} x {ours.shape[1]}  {difference:.0e}")

assert max(differences.values()) < 1e-12

print("\n4. Pooling: of each 2 x 2 numbers the largest, or the mean; then one long list")
largest, average = numbers(MaxPool2d(2)(edges))[0], numbers(AvgPool2d(2)(edges))[0]
flat = Flatten()(edges)
save(
    plot_images([largest, average], titles=["the largest", "the mean"], title="Edges, pooled"),
    folder / "pooled.svg",
)
print(f"   {strength.shape} -> {largest.shape};  flattened: {len(flat)} numbers in a row")
moved = numbers(filters(np.roll(photo, 1, axis=1)))
shift_difference = np.abs(moved[0][:, 1:] - across[:, :-1]).max()
print(f"   The photo moved by a pixel: the map moves along, to {shift_difference:.0e};")
print("   in the list every number has gone to another place, where other weights wait for it.")

print("\n5. The same as a program: compiled at the first call, then for any number of photos")
program_maps = filters.predict([photo])[0]
started = time.perf_counter()
filters.predict([photo])
by_program = time.perf_counter() - started
program_difference = np.abs(program_maps - numbers(maps)).max()
assert program_difference < 1e-12
print(f"   largest difference from the graph: {program_difference:.0e}")
print(f"   more than ten times as fast as the graph: {by_graph > 10 * by_program}")

print("\n6. Where does it look? The gradient of one number of the map in the pixels of the image")
looks = {
    "one layer": Sequential(sliding([[sobel]])),
    "two layers": Sequential(sliding([[sobel]]), sliding([[box]])),
    "pooling between": Sequential(sliding([[sobel]]), AvgPool2d(2), sliding([[box]])),
}
seen = {}
for name, network in looks.items():
    crop = [[Value(x) for x in row] for row in photo[20:30, 20:30]]
    network(crop)[0][0][0].backward()
    slopes = seen[name] = np.array([[pixel.grad for pixel in row] for row in crop])
    rows = np.flatnonzero(slopes.any(axis=1))
    columns = np.flatnonzero(slopes.any(axis=0))
    print(f"   {name:15} sees {np.ptp(rows) + 1} x {np.ptp(columns) + 1} pixels")
figure = plot_images(
    [slopes / np.abs(slopes).max() for slopes in seen.values()],
    titles=list(seen),
    diverging=True,
    colorbar="of the largest",
    title="The pixels that a number depends on",
)
save(figure, folder / "looks.svg")
