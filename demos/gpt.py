"""Train a small transformer, scalar by scalar, until it babbles names; draw all of one letter.

    python demos/gpt.py                            # cities, by which time zones are called
    python demos/gpt.py --text names.txt           # any text, one name a line
    python demos/gpt.py --eager --samples 320      # node by node, without compiling

Each letter is foretold from the eight before it, by attention to them and a perceptron.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path
from zoneinfo import available_timezones

from autograd import Descent, Value, dot, exp, mean, no_grad, relu, scope, take
from autograd import sum as total
from nn import Adam, cross_entropy
from visualize import draw

WIDTH, HEADS, CONTEXT, BATCH = 16, 4, 8, 16  # a letter's numbers, their groups, letters looked at
END = "."  # stands between names
Vector, Matrix = list[Value], list[list[Value]]


class Transformer:
    """Matrices of scalars, each a list of rows: one row for each letter, place or output."""

    def __init__(self, letters: int) -> None:
        def matrix(rows: int, columns: int) -> Matrix:
            return [[Value(random.gauss(0.0, 0.08)) for _ in range(columns)] for _ in range(rows)]

        self.letters, self.places = matrix(letters, WIDTH), matrix(CONTEXT, WIDTH)
        self.query, self.key, self.value, self.joined = (matrix(WIDTH, WIDTH) for _ in range(4))
        self.wider, self.narrower = matrix(4 * WIDTH, WIDTH), matrix(WIDTH, 4 * WIDTH)
        self.scores = matrix(letters, WIDTH)

    def next_scores(self, letter: int, keys: Matrix, values: Matrix) -> Vector:
        """Return a score for each letter to come; keys and values are of the letters so far."""
        x = normalized(added(take(self.letters, letter), self.places[len(keys)]))
        with scope("attention"):
            seen = normalized(x)
            query = product(self.query, seen)
            keys.append(product(self.key, seen))
            values.append(product(self.value, seen))
            mixed = []
            for first in range(0, WIDTH, WIDTH // HEADS):
                group = slice(first, first + WIDTH // HEADS)
                weights = softmax([dot(query[group], key[group]) * 0.5 for key in keys])
                mixed += [dot(weights, column) for column in zip(*(v[group] for v in values))]
            x = added(x, product(self.joined, mixed))
        with scope("perceptron"):
            hidden = [relu(h) for h in product(self.wider, normalized(x))]
            x = added(x, product(self.narrower, hidden))
        return product(self.scores, x)

    def loss(self, letters: list[int]) -> Value:
        """Return the mean of -log(probability) of each letter after the first."""
        keys, values = [], []
        scores = [self.next_scores(letter, keys, values) for letter in letters[:-1]]
        return mean(map(cross_entropy, scores, letters[1:]))


def product(matrix: Matrix, x: Vector) -> Vector:
    return [dot(row, x) for row in matrix]


def added(x: Vector, y: Vector) -> Vector:
    return [a + b for a, b in zip(x, y)]


def normalized(x: Vector) -> Vector:
    scale = (dot(x, x) / len(x) + 1e-5) ** -0.5  # 1 / root of the mean square
    return [a * scale for a in x]


def softmax(x: Vector) -> Vector:
    powers = [exp(a) for a in x]  # of small numbers; autograd.softmax is for any
    whole = total(powers)
    return [power / whole for power in powers]


def train(model: Transformer, texts: list[list[int]], eager: bool) -> list[float]:
    """Take a step of Adam on each batch, ever smaller ones; return the loss before each."""
    adam = Adam([x for matrix in vars(model).values() for row in matrix for x in row])
    batches = [texts[first : first + BATCH] for first in range(0, len(texts), BATCH)]
    rates = [0.02 * (1.0 - step / len(batches)) for step in range(len(batches))]
    if not eager:  # loss, gradient and steps as one program, in machine code
        setting = {"parameters": adam.parameters, "state": adam.state, "settings": adam.settings}
        descent = Descent(model.loss, (texts,), rule=Adam.rule, **setting)
        steps = descent.run((texts,), range(len(texts)), [*map(len, batches)], {"lr": rates})
        descent.write_back()
        return steps.losses.tolist()
    losses = []
    for batch, adam.lr in zip(batches, rates):
        loss = mean(map(model.loss, batch))
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(loss.data)
    return losses


@no_grad()
def babble(model: Transformer, alphabet: str) -> str:
    """Draw letter after letter, each by its probability, until a name ends."""
    name = END
    while len(name) < 20 and END not in name[1:]:
        keys, values = [], []
        for letter in name[-CONTEXT:]:
            scores = model.next_scores(alphabet.index(letter), keys, values)
        name += random.choices(alphabet, [exp(score.data / 0.7) for score in scores])[0]
    return name.strip(END)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--text", type=Path)
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--eager", action="store_true")
    parser.add_argument("--output", type=Path, default=Path("output"))
    options = parser.parse_args()
    if options.samples < 1:
        parser.error("--samples must be at least 1")
    random.seed(1)
    cities = {zone.rpartition("/")[2].lower() for zone in available_timezones()}
    names = sorted(filter(str.isalpha, cities))
    if options.text:
        names = options.text.read_text(encoding="utf-8").lower().split()
    text = END + "".join(name + END for name in random.sample(names, len(names)))
    if len(text) <= CONTEXT:
        parser.error("no text: give --text FILE, or let Python know time zones: pip install tzdata")
    alphabet = "".join(sorted(set(text)))
    letters = [alphabet.index(letter) for letter in text]
    model = Transformer(len(alphabet))
    begin = time.perf_counter()
    starts = random.choices(range(len(text) - CONTEXT), k=options.samples)
    losses = train(model, [letters[i : i + CONTEXT + 1] for i in starts], options.eager)
    last = mean(losses[-50:])
    seconds = time.perf_counter() - begin
    print(f"{options.samples:,} pieces, {seconds:.1f} s, loss {losses[0]:.2f}, at last {last:.2f}")
    assert last < (2.5 if options.samples >= 10_000 and not options.text else losses[0])
    print("babbled:", ", ".join(babble(model, alphabet) for _ in range(12)))
    loss = model.loss(letters[:2])
    loss.backward()
    options.output.mkdir(parents=True, exist_ok=True)
    draw(loss, title=f"{text[1]} begins a name").save(options.output / "gpt.svg")
