// Functions that pages share with pictures, and what these need. Written by `make docs` from
// visualize/text.py, boxes.py, layout/layered.py, scene/collapse.py, scene/compose.py,
// scene/gradient.py, draw/wording.py, draw/palette.py, draw/shapes.py, draw/svg.py,
// formula/rules.py, steps/numbered.py, page/words.py: edit those.

// Parts of Python that JavaScript lacks, for functions that are written as a script.

const python = {
  range(start, end, step) {
    const numbers = [];
    for (let n = start; step > 0 ? n < end : n > end; n += step) numbers.push(n);
    return numbers;
  },
  zip: (first, ...others) => first.map((item, i) => [item, ...others.map((other) => other[i])]),
  greatest: (items, none) => (items.length ? items.reduce((a, b) => (b > a ? b : a)) : none),
  least: (items, none) => (items.length ? items.reduce((a, b) => (b < a ? b : a)) : none),
  extend(items, others) {
    for (const other of others) items.push(other);
  },
  sort(items, key) {
    const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    return items.sort(key ? (a, b) => compare(key(a), key(b)) : compare);
  },
  setdefault(map, key, value) {
    if (!map.has(key)) map.set(key, value);
    return map.get(key);
  },
  bisect_right(items, x) {
    let [low, high] = [0, items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (x < items[middle]) high = middle;
      else low = middle + 1;
    }
    return low;
  },
  insort: (items, x) => items.splice(python.bisect_right(items, x), 0, x),
  bits: new DataView(new ArrayBuffer(8)),
  // Return a number as a fraction from 1/2 to 1 and a power of 2.
  frexp(number) {
    if (number === 0 || !Number.isFinite(number)) return [number, 0];
    const scale = Math.abs(number) < 2 ** -1022 ? 54 : 0;
    const view = python.bits;
    view.setFloat64(0, number * 2 ** scale);
    const high = view.getUint16(0);
    view.setUint16(0, (high & 0x800f) | (1022 << 4));
    return [view.getFloat64(0), ((high >> 4) & 0x7ff) - 1022 - scale];
  },
  // Return the nearest whole number, of two equally near ones the even one.
  rounded(number) {
    const whole = Math.round(number);
    return whole - number === 0.5 && whole % 2 !== 0 ? whole - 1 : whole;
  },
  thousands: (number) => number.toLocaleString("en-US"),
  isidentifier: (text) => /^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(text),
  removesuffix: (text, end) => (text.endsWith(end) ? text.slice(0, -end.length) : text),
  // Return the shortest text that reads back as the same number.
  repr(number) {
    if (!Number.isFinite(number)) return String(number).toLowerCase().replace("infinity", "inf");
    if (number === 0) return Object.is(number, -0) ? "-0.0" : "0.0";
    const [digits, exponent] = number.toExponential().split("e");
    const power = Number(exponent);
    if (power < -4 || power >= 16) return python.scientific(digits, power);
    const text = python.shifted(digits, power);
    return text.includes(".") ? text : `${text}.0`;
  },
  // Return a number with so many significant digits, as format(number, f".{digits}g") does.
  general(number, digits) {
    if (!Number.isFinite(number) || number === 0) return python.removesuffix(python.repr(number), ".0");
    let [written, exponent] = number.toExponential(digits - 1).split("e");
    const whole = number.toExponential(60);
    const kept = whole.slice(0, whole.indexOf(".") + digits);
    if (/^50*e/.test(whole.slice(kept.length)) && Number(kept.at(-1)) % 2 === 0) {
      // Browsers round half-way cases away from zero, Python to the even digit.
      [written, exponent] = [kept, whole.split("e")[1]];
    }
    const power = Number(exponent);
    const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
    if (power >= -4 && power < digits) return trimmed(python.shifted(written, power));
    return python.scientific(trimmed(written), power);
  },
  // Return digits like -1.234 with the point moved to the right, by a negative power to the left.
  shifted(digits, power) {
    const sign = digits.startsWith("-") ? "-" : "";
    const plain = digits.replace("-", "").replace(".", "");
    if (power < 0) return `${sign}0.${"0".repeat(-power - 1)}${plain}`;
    const padded = plain.padEnd(power + 1, "0");
    const rest = padded.slice(power + 1);
    return sign + padded.slice(0, power + 1) + (rest ? `.${rest}` : "");
  },
  scientific: (digits, power) =>
    `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`,
};

const visualize_text = (() => {
  const FEW = 4;
  const KEPT = 3;
  const MOST_EDGES = 12;
  const FLOOD = 4;
  const ALL = 17;
  const LARGEST_PLAIN_INTEGER = 1000000.0;
  function significant(number) {
    return in_digits(number, FEW);
  }
  function in_digits(number, digits) {
    if ((number === 0) && (digits <= FEW)) {
      return "0";
    }
    if ((Math.abs(number) < LARGEST_PLAIN_INTEGER) && (number === Math.trunc(number))) {
      return python.removesuffix(python.repr(number), ".0");
    }
    if (digits >= ALL) {
      return python.repr(number);
    }
    return python.general(number, digits);
  }
  function exact(number) {
    return python.repr(number);
  }
  function product_of(first, second, result) {
    let written, digits, left, right, is_right;
    written = "";
    for (let i1 = FEW, n2 = ALL + 1; i1 < n2; i1++) {
      digits = i1;
      left = in_digits(first, digits);
      right = in_digits(second, digits);
      is_right = significant(Number(left) * Number(right)) === significant(result);
      if (is_right || (written === "")) {
        written = right.startsWith("-") ? `${left} × (${right})` : `${left} × ${right}`;
      }
      if (is_right) {
        break;
      }
    }
    return written;
  }
  function counted(count, noun, plural = "") {
    if (count === 1) {
      return `1 ${noun}`;
    }
    if (plural === "") {
      plural = noun.endsWith("x") ? `${noun}es` : `${noun}s`;
    }
    return `${python.thousands(count)} ${plural}`;
  }
  function left_out(count, noun) {
    return `… ${python.thousands(count)} ${noun} …`;
  }
  function times(count) {
    return `×${python.thousands(count)}`;
  }
  function _is_prefix(symbol, count) {
    return (symbol === "-") && (count === 1);
  }
  function _is_infix(symbol, count, variadic) {
    return (count === 2) && !variadic && !python.isidentifier(symbol);
  }
  function on_operands(name, symbol, operands, variadic) {
    if (_is_prefix(symbol, operands.length) && !variadic) {
      return `-${operands[0]}`;
    }
    if (_is_infix(symbol, operands.length, variadic)) {
      return operands.join(` ${symbol} `);
    }
    return `${name}(${operands.join(", ")})`;
  }
  function on_numbers(name, symbol, numbers, variadic, is_power) {
    let is_sign, shown, place, number;
    is_sign = _is_prefix(symbol, numbers.length);
    shown = numbers.slice();
    if (is_sign || _is_infix(symbol, numbers.length, variadic)) {
      const a2 = numbers;
      for (let i1 = 0; i1 < a2.length; i1++) {
        place = i1;
        number = a2[i1];
        if (number.startsWith("-") && ((place > 0) || is_sign || is_power)) {
          shown[place] = `(${number})`;
        }
      }
    }
    return on_operands(name, symbol, shown, variadic);
  }
  function columns_by(text, width) {
    let total, character;
    total = 0;
    const a2 = [...text];
    for (let i1 = 0; i1 < a2.length; i1++) {
      character = a2[i1];
      total = total + width(character);
    }
    return total;
  }
  function cut_by(text, limit, width) {
    let characters, room, kept, character;
    characters = [...text];
    if ((characters.length <= (FLOOD * limit)) && (columns_by(text, width) <= limit)) {
      return text;
    }
    room = limit - 1;
    kept = [];
    const a2 = characters;
    for (let i1 = 0; i1 < a2.length; i1++) {
      character = a2[i1];
      room = room - width(character);
      if ((room < 0) || (kept.length > (FLOOD * limit))) {
        break;
      }
      kept.push(character);
    }
    return `${kept.join("")}…`;
  }
  return { FEW, KEPT, MOST_EDGES, significant, in_digits, exact, product_of, counted, left_out, times, on_operands, on_numbers, columns_by, cut_by };
})();

const visualize_boxes = (() => {
  const FEW_USES = 4;
  const NEAR = 3;
  class Shared {
    constructor(boxes, clusters, frames, sums) {
      this.boxes = boxes;
      this.clusters = clusters;
      this.frames = frames;
      this.sums = sums;
    }
  }
  function shared_boxes(operands, paths, closed, alone, folded) {
    let lengths, clusters, frames, value, path, length, sums, numbers, places, boxes, place;
    lengths = new Map([]);
    clusters = new Array(paths.length).fill(0);
    frames = new Array(paths.length).fill(0);
    const a2 = paths;
    for (let i1 = 0; i1 < a2.length; i1++) {
      value = i1;
      path = a2[i1];
      if (!lengths.has(path)) {
        lengths.set(path, outermost_closed(path, closed));
      }
      length = lengths.get(path);
      clusters[value] = alone.has(value) ? 0 : length;
      frames[value] = length > 0 ? length - 1 : path.length;
    }
    sums = _sums_around(operands, clusters, folded);
    numbers = new Map([]);
    places = new Map([]);
    boxes = [];
    const a4 = paths;
    for (let i3 = 0; i3 < a4.length; i3++) {
      value = i3;
      path = a4[i3];
      place = sums[value];
      if (clusters[value] > 0) {
        place = paths.length + python.setdefault(places, path_key(path.slice(0, clusters[value])), places.size);
      }
      boxes.push(python.setdefault(numbers, place, numbers.size));
    }
    return new Shared(split_boxes(operands, boxes, numbers.size), clusters, frames, sums);
  }
  function path_key(path) {
    return path.join("/");
  }
  function outermost_closed(path, closed) {
    let length;
    for (let i1 = 1, n2 = path.length + 1; i1 < n2; i1++) {
      length = i1;
      if (closed.has(path_key(path.slice(0, length)))) {
        return length;
      }
    }
    return 0;
  }
  function _sums_around(operands, clusters, folded) {
    let sums, members, top, inside, value, operand;
    sums = python.range(0, operands.length, 1).slice();
    const a2 = folded;
    for (let i1 = 0; i1 < a2.length; i1++) {
      members = a2[i1];
      top = members[0];
      inside = new Set();
      const a4 = members;
      for (let i3 = 0; i3 < a4.length; i3++) {
        value = a4[i3];
        if ((clusters[value] > 0) || !((value === top) || (inside.has(value)))) {
          continue;
        }
        sums[value] = top;
        const a6 = operands[value];
        for (let i5 = 0; i5 < a6.length; i5++) {
          operand = a6[i5];
          inside.add(operand);
        }
      }
    }
    return sums;
  }
  function ordered(following) {
    let waiting, others, other, order, item;
    waiting = new Array(following.length).fill(0);
    const a2 = following;
    for (let i1 = 0; i1 < a2.length; i1++) {
      others = a2[i1];
      const a4 = others;
      for (let i3 = 0; i3 < a4.length; i3++) {
        other = a4[i3];
        waiting[other] = waiting[other] + 1;
      }
    }
    order = waiting.map((x, i) => [i, x]).filter(([item, count]) => count === 0).map(([item, count]) => item);
    const a6 = order;
    for (let i5 = 0; i5 < a6.length; i5++) {
      item = a6[i5];
      const a8 = following[item];
      for (let i7 = 0; i7 < a8.length; i7++) {
        other = a8[i7];
        waiting[other] = waiting[other] - 1;
        if (waiting[other] === 0) {
          order.push(other);
        }
      }
    }
    return order;
  }
  function cycle_among(following, left) {
    let item, walk, near;
    item = left.indexOf(true);
    walk = [];
    while (!walk.includes(item)) {
      walk.push(item);
      near = following[item].filter((other) => left[other]).map((other) => other);
      item = near[0];
    }
    return [...walk.slice(walk.indexOf(item)), item];
  }
  function looped(following) {
    let left, item, before, others, other;
    left = new Array(following.length).fill(true);
    const a2 = ordered(following);
    for (let i1 = 0; i1 < a2.length; i1++) {
      item = a2[i1];
      left[item] = false;
    }
    before = following.map((_) => []);
    const a4 = following;
    for (let i3 = 0; i3 < a4.length; i3++) {
      item = i3;
      others = a4[i3];
      const a6 = others;
      for (let i5 = 0; i5 < a6.length; i5++) {
        other = a6[i5];
        if (left[item] && left[other]) {
          before[other].push(item);
        }
      }
    }
    const a8 = ordered(before);
    for (let i7 = 0; i7 < a8.length; i7++) {
      item = a8[i7];
      left[item] = false;
    }
    return left;
  }
  function components(following) {
    let index, low, component, taken, stack, reached, found, root, work, item, other;
    index = new Array(following.length).fill(-1);
    low = new Array(following.length).fill(0);
    component = new Array(following.length).fill(-1);
    taken = new Array(following.length).fill(0);
    stack = [];
    reached = 0;
    found = 0;
    for (let i1 = 0, n2 = following.length; i1 < n2; i1++) {
      root = i1;
      work = index[root] < 0 ? [root] : [];
      while (work.length > 0) {
        item = work[work.length - 1];
        if (index[item] < 0) {
          index[item] = reached;
          low[item] = reached;
          reached = reached + 1;
          stack.push(item);
        }
        if (taken[item] < following[item].length) {
          other = following[item][taken[item]];
          taken[item] = taken[item] + 1;
          if (index[other] < 0) {
            work.push(other);
          } else {
            if (component[other] < 0) {
              low[item] = Math.min(low[item], index[other]);
            }
          }
          continue;
        }
        work.pop();
        if (work.length > 0) {
          low[work[work.length - 1]] = Math.min(low[work[work.length - 1]], low[item]);
        }
        if (low[item] === index[item]) {
          while (component[item] < 0) {
            component[stack.pop()] = found;
          }
          found = found + 1;
        }
      }
    }
    return component;
  }
  function boxes_in_order(operands, boxes, count) {
    if (count === boxes.length) {
      return python.range(0, count, 1).slice();
    }
    return ordered(_between(operands, boxes, count));
  }
  class Link {
    constructor(source, target, uses) {
      this.source = source;
      this.target = target;
      this.uses = uses;
    }
  }
  function links(operands, boxes, count) {
    let sizes, box, single, several, known, value, used, target, place, operand, source, pair, found;
    sizes = new Array(count).fill(0);
    const a2 = boxes;
    for (let i1 = 0; i1 < a2.length; i1++) {
      box = a2[i1];
      sizes[box] = sizes[box] + 1;
    }
    single = python.range(0, count, 1).map((_) => []);
    several = python.range(0, count, 1).map((_) => []);
    known = new Map([]);
    const a4 = operands;
    for (let i3 = 0; i3 < a4.length; i3++) {
      value = i3;
      used = a4[i3];
      target = boxes[value];
      const a6 = used;
      for (let i5 = 0; i5 < a6.length; i5++) {
        place = i5;
        operand = a6[i5];
        source = boxes[operand];
        if (source === target) {
          continue;
        }
        if ((sizes[source] === 1) && (sizes[target] === 1)) {
          single[target].push(new Link(source, target, [[value, place]]));
          continue;
        }
        pair = (source * count) + target;
        if (!known.has(pair)) {
          known.set(pair, new Link(source, target, []));
          several[target].push(known.get(pair));
        }
        known.get(pair).uses.push([value, place]);
      }
    }
    found = [];
    for (let i7 = 0, n8 = count; i7 < n8; i7++) {
      target = i7;
      python.sort(several[target], (link) => link.source);
      python.extend(found, several[target]);
      python.extend(found, single[target]);
    }
    return found;
  }
  function _between(operands, boxes, count) {
    let following, met, value, used, operand, pair;
    following = python.range(0, count, 1).map((_) => []);
    met = new Set();
    const a2 = operands;
    for (let i1 = 0; i1 < a2.length; i1++) {
      value = i1;
      used = a2[i1];
      const a4 = used;
      for (let i3 = 0; i3 < a4.length; i3++) {
        operand = a4[i3];
        pair = (boxes[operand] * count) + boxes[value];
        if ((boxes[operand] !== boxes[value]) && (!met.has(pair))) {
          met.add(pair);
          following[boxes[operand]].push(boxes[value]);
        }
      }
    }
    return following;
  }
  function split_boxes(operands, boxes, count) {
    let visits, numbers, result, value, box, key;
    visits = visits_of_loops(operands, boxes, count);
    numbers = new Map([]);
    result = [];
    const a2 = boxes;
    for (let i1 = 0; i1 < a2.length; i1++) {
      value = i1;
      box = a2[i1];
      key = visits.length === 0 ? box : box + (count * visits[value]);
      result.push(python.setdefault(numbers, key, numbers.size));
    }
    return result;
  }
  function visits_of_loops(operands, boxes, count) {
    let in_loops, visits, latest, value, used, box, operand, step, visit, leaf;
    in_loops = looped(_between(operands, boxes, count));
    if (!in_loops.includes(true)) {
      return [];
    }
    visits = new Array(operands.length).fill(0);
    latest = new Map([]);
    const a2 = operands;
    for (let i1 = 0; i1 < a2.length; i1++) {
      value = i1;
      used = a2[i1];
      box = boxes[value];
      if (!in_loops[box]) {
        continue;
      }
      const a4 = used;
      for (let i3 = 0; i3 < a4.length; i3++) {
        operand = a4[i3];
        if (in_loops[boxes[operand]]) {
          step = boxes[operand] === box ? 0 : 1;
          visits[value] = Math.max(visits[value], visits[operand] + step);
        }
      }
      const a6 = used;
      for (let i5 = 0; i5 < a6.length; i5++) {
        operand = a6[i5];
        if (in_loops[boxes[operand]] && (operands[operand].length === 0)) {
          visit = boxes[operand] === box ? visits[value] : visits[value] - 1;
          latest.set(operand, Math.min(visit, (latest.get(operand) ?? visit)));
        }
      }
    }
    for ([leaf, visit] of latest) {
      visits[leaf] = visit;
    }
    return visits;
  }
  class Copied {
    constructor(boxes, edges) {
      this.boxes = boxes;
      this.edges = edges;
    }
  }
  function copied(is_leaf, edges) {
    let levels, incoming, number, target, made, place, box, numbers, sources, leaf, level, source;
    levels = levels_of_copies(is_leaf, edges);
    incoming = is_leaf.map((_) => []);
    const a2 = edges;
    for (let i1 = 0; i1 < a2.length; i1++) {
      number = i1;
      const t3 = a2[i1];
      target = t3[1];
      incoming[target].push(number);
    }
    made = new Copied([], []);
    place = new Map([]);
    const a5 = incoming;
    for (let i4 = 0; i4 < a5.length; i4++) {
      box = i4;
      numbers = a5[i4];
      sources = [];
      const a7 = numbers;
      for (let i6 = 0; i6 < a7.length; i6++) {
        number = a7[i6];
        leaf = edges[number][0];
        level = levels[number];
        source = leaf + ((level + 1) * is_leaf.length);
        if (!place.has(source)) {
          place.set(source, made.boxes.length);
          made.boxes.push([leaf, level]);
        }
        sources.push(place.get(source));
      }
      place.set(box, made.boxes.length);
      made.boxes.push([box, -1]);
      const a9 = numbers;
      const a10 = sources;
      for (let i8 = 0; i8 < a9.length; i8++) {
        number = a9[i8];
        source = a10[i8];
        made.edges.push([number, source, place.get(box)]);
      }
    }
    return made;
  }
  function levels_of_copies(is_leaf, edges) {
    let heights, source, target, uses, number, levels, numbers, first, level, height;
    heights = new Array(is_leaf.length).fill(0);
    const a2 = edges.slice().reverse();
    for (let i1 = 0; i1 < a2.length; i1++) {
      const t3 = a2[i1];
      source = t3[0];
      target = t3[1];
      heights[source] = Math.max(heights[source], heights[target] + 1);
    }
    uses = is_leaf.map((_) => []);
    const a5 = edges;
    for (let i4 = 0; i4 < a5.length; i4++) {
      number = i4;
      const t6 = a5[i4];
      source = t6[0];
      if (is_leaf[source]) {
        uses[source].push(number);
      }
    }
    levels = new Array(edges.length).fill(-1);
    const a8 = uses;
    for (let i7 = 0; i7 < a8.length; i7++) {
      numbers = a8[i7];
      if (numbers.length <= FEW_USES) {
        continue;
      }
      python.sort(numbers, (number) => -heights[edges[number][1]]);
      first = heights[edges[numbers[0]][1]];
      level = first;
      const a10 = numbers;
      for (let i9 = 0; i9 < a10.length; i9++) {
        number = a10[i9];
        height = heights[edges[number][1]];
        if (height <= (level - NEAR)) {
          level = height;
        }
        if (level !== first) {
          levels[number] = level;
        }
      }
    }
    return levels;
  }
  return { shared_boxes, path_key, outermost_closed, ordered, cycle_among, components, boxes_in_order, links, copied };
})();

const layout_layering = (() => {
  const ROOT = 0;
  const PARALLEL_GAP = 4.0;
  const PORT_GAP = 8.0;
  const PORT_SPAN = 0.7;
  const OUTSIDE_GAP = 4.0;
  class ClusterTree {
    constructor(paths, parent, depth, of_node) {
      this.paths = paths;
      this.parent = parent;
      this.depth = depth;
      this.of_node = of_node;
    }
    __len__() {
      return this.parent.length;
    }
    common(first, second) {
      while (first !== second) {
        if (this.depth[first] >= this.depth[second]) {
          first = this.parent[first];
        } else {
          second = this.parent[second];
        }
      }
      return first;
    }
    between(cluster, ancestor) {
      let chain;
      chain = [];
      while (cluster !== ancestor) {
        chain.push(cluster);
        cluster = this.parent[cluster];
      }
      return chain;
    }
    spans(cluster, rank) {
      let first, last, item, inner, parent;
      first = new Array(this.__len__()).fill(rank.length);
      last = new Array(this.__len__()).fill(-1);
      const a2 = cluster;
      for (let i1 = 0; i1 < a2.length; i1++) {
        item = i1;
        inner = a2[i1];
        first[inner] = Math.min(first[inner], rank[item]);
        last[inner] = Math.max(last[inner], rank[item]);
      }
      for (let i3 = this.__len__() - 1, n4 = ROOT; i3 > n4; i3--) {
        inner = i3;
        parent = this.parent[inner];
        first[parent] = Math.min(first[parent], first[inner]);
        last[parent] = Math.max(last[parent], last[inner]);
      }
      return [first, last];
    }
  }
  function cluster_tree(groups) {
    let tree, children, path, cluster, level, part;
    tree = new ClusterTree([[]], [ROOT], [0], []);
    children = [new Map([])];
    const a2 = groups;
    for (let i1 = 0; i1 < a2.length; i1++) {
      path = a2[i1];
      cluster = ROOT;
      const a4 = path;
      for (let i3 = 0; i3 < a4.length; i3++) {
        level = i3;
        part = a4[i3];
        if (!children[cluster].has(part)) {
          children[cluster].set(part, tree.__len__());
          children.push(new Map([]));
          tree.paths.push(path.slice(0, level + 1));
          tree.parent.push(cluster);
          tree.depth.push(level + 1);
        }
        cluster = children[cluster].get(part);
      }
      tree.of_node.push(cluster);
    }
    return tree;
  }
  class Layering {
    constructor(tree, node_count, ranks, rank, cluster, above, below, chains) {
      this.tree = tree;
      this.node_count = node_count;
      this.ranks = ranks;
      this.rank = rank;
      this.cluster = cluster;
      this.above = above;
      this.below = below;
      this.chains = chains;
    }
    add(rank, cluster) {
      let item;
      item = this.rank.length;
      this.ranks[rank].push(item);
      this.rank.push(rank);
      this.cluster.push(cluster);
      this.above.push([]);
      this.below.push([]);
      return item;
    }
    join(upper, lower) {
      this.below[upper].push(lower);
      this.above[lower].push(upper);
    }
    is_placeholder(item) {
      return (item >= this.node_count) && ((this.above[item].length + this.below[item].length) === 0);
    }
  }
  function build_layering(ranks, edges, tree, items, steps) {
    let layering, node, rank, first, last, trunk, by_length, index, u, v, bends, common, leaving, entering, chain, missing, around, key, item;
    layering = new Layering(tree, ranks.length, python.range(0, python.greatest(ranks, -1) + 1, 1).map((_) => []), ranks.slice(), tree.of_node.slice(), ranks.map((_) => []), ranks.map((_) => []), edges.map((_) => []));
    const a2 = ranks;
    for (let i1 = 0; i1 < a2.length; i1++) {
      node = i1;
      rank = a2[i1];
      layering.ranks[rank].push(node);
    }
    const t3 = tree.spans(tree.of_node, ranks);
    first = t3[0];
    last = t3[1];
    trunk = new Map([]);
    by_length = python.sort(python.range(0, edges.length, 1).slice(), (e) => ranks[edges[e][1]] - ranks[edges[e][0]]);
    const a5 = by_length;
    for (let i4 = 0; i4 < a5.length; i4++) {
      index = a5[i4];
      const t6 = edges[index];
      u = t6[0];
      v = t6[1];
      bends = (ranks[v] - ranks[u]) - 1;
      if (bends > steps) {
        continue;
      }
      common = tree.common(tree.of_node[u], tree.of_node[v]);
      leaving = tree.between(tree.of_node[u], common);
      entering = tree.between(tree.of_node[v], common);
      chain = [u];
      missing = [];
      for (let i7 = ranks[u] + 1, n8 = ranks[v]; i7 < n8; i7++) {
        rank = i7;
        around = _around(rank, leaving, entering, common, [first, last]);
        key = (chain[chain.length - 1] * tree.__len__()) + around;
        if ((missing.length === 0) && (trunk.has(key))) {
          chain.push(trunk.get(key));
        } else {
          missing.push(around);
        }
      }
      if (missing.length > items) {
        continue;
      }
      items = items - missing.length;
      steps = steps - bends;
      const a10 = missing;
      for (let i9 = 0; i9 < a10.length; i9++) {
        around = a10[i9];
        item = layering.add(ranks[u] + chain.length, around);
        layering.join(chain[chain.length - 1], item);
        trunk.set((chain[chain.length - 1] * tree.__len__()) + around, item);
        chain.push(item);
      }
      layering.join(chain[chain.length - 1], v);
      layering.chains[index] = [...chain, v];
    }
    _hold_open(layering);
    return layering;
  }
  function _around(rank, leaving, entering, common, spans) {
    let first, last, cluster;
    const t1 = spans;
    first = t1[0];
    last = t1[1];
    const a3 = leaving;
    for (let i2 = 0; i2 < a3.length; i2++) {
      cluster = a3[i2];
      if (rank <= last[cluster]) {
        return cluster;
      }
    }
    const a5 = entering;
    for (let i4 = 0; i4 < a5.length; i4++) {
      cluster = a5[i4];
      if (rank >= first[cluster]) {
        return cluster;
      }
    }
    return common;
  }
  function ranks_spanned(ranks, tree) {
    let first, last, spanned, cluster;
    const t1 = tree.spans(tree.of_node, ranks);
    first = t1[0];
    last = t1[1];
    spanned = 0;
    for (let i2 = 1, n3 = tree.__len__(); i2 < n3; i2++) {
      cluster = i2;
      spanned = spanned + ((last[cluster] - first[cluster]) + 1);
    }
    return spanned;
  }
  function _hold_open(layering) {
    let tree, present, item, inner, cluster, first, last, rank;
    tree = layering.tree;
    present = python.range(0, tree.__len__(), 1).map((_) => new Set());
    const a2 = layering.cluster;
    for (let i1 = 0; i1 < a2.length; i1++) {
      item = i1;
      inner = a2[i1];
      const a4 = tree.between(inner, ROOT);
      for (let i3 = 0; i3 < a4.length; i3++) {
        cluster = a4[i3];
        present[cluster].add(layering.rank[item]);
      }
    }
    const t5 = tree.spans(layering.cluster, layering.rank);
    first = t5[0];
    last = t5[1];
    for (let i6 = tree.__len__() - 1, n7 = ROOT; i6 > n7; i6--) {
      cluster = i6;
      for (let i8 = first[cluster], n9 = last[cluster] + 1; i8 < n9; i8++) {
        rank = i8;
        if (!present[cluster].has(rank)) {
          layering.add(rank, cluster);
        }
        present[tree.parent[cluster]].add(rank);
      }
    }
  }
  class Spacing {
    constructor(rank_gap, node_gap, bend_gap, start, end, low, high) {
      this.rank_gap = rank_gap;
      this.node_gap = node_gap;
      this.bend_gap = bend_gap;
      this.start = start;
      this.end = end;
      this.low = low;
      this.high = high;
    }
  }
  class Geometry {
    constructor(layering, spacing, lengths, half, offsets, least_along, least_across, order, centre = [], lanes = [], starts = [], ends = [], reach = [], along = [], frames = []) {
      this.layering = layering;
      this.spacing = spacing;
      this.lengths = lengths;
      this.half = half;
      this.offsets = offsets;
      this.least_along = least_along;
      this.least_across = least_across;
      this.order = order;
      this.centre = centre;
      this.lanes = lanes;
      this.starts = starts;
      this.ends = ends;
      this.reach = reach;
      this.along = along;
      this.frames = frames;
    }
  }
  function route_edges(edges, geometry) {
    let layering, centre, offsets, lanes, ports, routes, index, u, v, first, last, through, limit, knots, rank;
    layering = geometry.layering;
    centre = geometry.centre;
    offsets = geometry.offsets;
    lanes = _outside_lanes(edges, geometry);
    ports = _ports(edges, lanes, geometry);
    routes = [];
    const a2 = edges;
    for (let i1 = 0; i1 < a2.length; i1++) {
      index = i1;
      const t3 = a2[i1];
      u = t3[0];
      v = t3[1];
      first = layering.rank[u];
      last = layering.rank[v];
      through = layering.chains[index].map((item) => centre[item] + offsets[index]);
      if (through.length === 0) {
        through = new Array((last - first) + 1).fill(lanes.get(u) + offsets[index]);
      }
      limit = PORT_SPAN * geometry.half[u];
      through[0] = centre[u] + Math.min(Math.max(offsets[index], -limit), limit);
      through[through.length - 1] = ports[index];
      knots = [[geometry.along[u][1], through[0]]];
      for (let i4 = first, n5 = last; i4 < n5; i4++) {
        rank = i4;
        knots.push([geometry.ends[rank], through[rank - first]]);
        knots.push([geometry.starts[rank + 1], through[(rank - first) + 1]]);
      }
      knots.push([geometry.along[v][0], through[through.length - 1]]);
      routes.push(_curve(knots));
    }
    return routes;
  }
  function parallel_offsets(edges, count) {
    let together, index, u, v, offsets, indices, place;
    together = new Map([]);
    const a2 = edges;
    for (let i1 = 0; i1 < a2.length; i1++) {
      index = i1;
      const t3 = a2[i1];
      u = t3[0];
      v = t3[1];
      python.setdefault(together, (u * count) + v, []).push(index);
    }
    offsets = new Array(edges.length).fill(0.0);
    for (indices of together.values()) {
      const a6 = indices;
      for (let i5 = 0; i5 < a6.length; i5++) {
        place = i5;
        index = a6[i5];
        offsets[index] = (place - ((indices.length - 1) / 2)) * PARALLEL_GAP;
      }
    }
    return offsets;
  }
  function _ports(edges, lanes, geometry) {
    let chains, centre, heights, arrivals, index, u, v, chain, comes_from, ports, coming, gap, place;
    chains = geometry.layering.chains;
    centre = geometry.centre;
    heights = [];
    arrivals = new Map([]);
    const a2 = edges;
    for (let i1 = 0; i1 < a2.length; i1++) {
      index = i1;
      const t3 = a2[i1];
      u = t3[0];
      v = t3[1];
      chain = chains[index];
      comes_from = chain.length > 0 ? centre[chain[chain.length - 2]] : lanes.get(u);
      heights.push(comes_from + geometry.offsets[index]);
      python.setdefault(arrivals, v, []).push(index);
    }
    ports = new Array(edges.length).fill(0.0);
    for ([v, coming] of arrivals) {
      gap = Math.min(PORT_GAP, ((PORT_SPAN * 2) * geometry.half[v]) / coming.length);
      const a6 = python.sort(coming.slice(), (x) => heights[x]);
      for (let i5 = 0; i5 < a6.length; i5++) {
        place = i5;
        index = a6[i5];
        ports[index] = centre[v] + ((place - ((coming.length - 1) / 2)) * gap);
      }
    }
    return ports;
  }
  function _outside_lanes(edges, geometry) {
    let layering, outside, last_rank, u, v, chain, busy_until, lanes, lane;
    layering = geometry.layering;
    outside = geometry.frames[0][2] - (2 * geometry.spacing.node_gap);
    last_rank = new Map([]);
    const a2 = edges;
    const a3 = layering.chains;
    for (let i1 = 0; i1 < a2.length; i1++) {
      const t4 = a2[i1];
      u = t4[0];
      v = t4[1];
      chain = a3[i1];
      if (chain.length === 0) {
        last_rank.set(u, Math.max((last_rank.get(u) ?? 0), layering.rank[v]));
      }
    }
    busy_until = [];
    lanes = new Map([]);
    const a6 = python.sort(python.sort([...last_rank.keys()]).slice(), (x) => layering.rank[x]);
    for (let i5 = 0; i5 < a6.length; i5++) {
      u = a6[i5];
      lane = 0;
      while ((lane < busy_until.length) && (busy_until[lane] > layering.rank[u])) {
        lane = lane + 1;
      }
      if (lane === busy_until.length) {
        busy_until.push(0);
      }
      busy_until[lane] = last_rank.get(u);
      lanes.set(u, outside - (lane * OUTSIDE_GAP));
    }
    return lanes;
  }
  function _curve(knots) {
    let corners, knot, points, x, y, end_x, end_y, middle;
    corners = [knots[0]];
    const a2 = knots.slice(1);
    for (let i1 = 0; i1 < a2.length; i1++) {
      knot = a2[i1];
      if ((knot[0] <= corners[corners.length - 1][0]) && (knot[1] === corners[corners.length - 1][1])) {
        continue;
      }
      if ((corners.length > 1) && (corners[corners.length - 2][1] === corners[corners.length - 1][1]) && (corners[corners.length - 1][1] === knot[1])) {
        corners.pop();
      }
      corners.push(knot);
    }
    if (corners.length === 1) {
      corners.push(knots[knots.length - 1]);
    }
    points = [corners[0]];
    const t3 = corners[0];
    x = t3[0];
    y = t3[1];
    const a5 = corners.slice(1);
    for (let i4 = 0; i4 < a5.length; i4++) {
      const t6 = a5[i4];
      end_x = t6[0];
      end_y = t6[1];
      middle = (x + end_x) / 2;
      python.extend(points, [[middle, y], [middle, end_y], [end_x, end_y]]);
      x = end_x;
      y = end_y;
    }
    return points;
  }
  return { ROOT, ClusterTree, cluster_tree, Layering, build_layering, ranks_spanned, Spacing, Geometry, route_edges, parallel_offsets };
})();

const scene_collapse = (() => {
  const FEW_INSIDE = 60;
  function part_title(part) {
    return part.startsWith("/") ? part.slice(1, part.lastIndexOf("#")) : part;
  }
  return { FEW_INSIDE, part_title };
})();

const scene_compose = (() => {
  class Range {
    constructor(low, high, infinite, nan) {
      this.low = low;
      this.high = high;
      this.infinite = infinite;
      this.nan = nan;
    }
  }
  function kinds_of(names) {
    let counts, name, kinds;
    counts = new Map([]);
    const a2 = names;
    for (let i1 = 0; i1 < a2.length; i1++) {
      name = a2[i1];
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    kinds = python.sort([...counts.keys()]).map((name) => [name, counts.get(name)]);
    python.sort(kinds, (kind) => -kind[1]);
    return kinds;
  }
  function range_of(numbers) {
    let finite;
    finite = numbers.filter((number) => Number.isFinite(number)).map((number) => number);
    return new Range(python.least(finite, NaN), python.greatest(finite, NaN), numbers.filter((number) => (Math.abs(number) === Infinity)).map((number) => number).length, numbers.filter((number) => Number.isNaN(number)).map((number) => number).length);
  }
  return { Range, kinds_of, range_of };
})();

const formula_rules = (() => {
  function filled(rule, names, out) {
    let parts, written, part, end, blank, rest, text, clashes;
    parts = rule.split("{");
    written = [parts[0]];
    const a2 = parts.slice(1);
    for (let i1 = 0; i1 < a2.length; i1++) {
      part = a2[i1];
      end = part.indexOf("}");
      blank = part.slice(0, end);
      rest = part.slice(end + 1);
      text = blank === "out" ? out : names[Math.trunc(blank)];
      clashes = (["+", "-", "*", "/"].includes(written[written.length - 1].trimEnd().slice(-1))) || rest.startsWith("**");
      written.push(clashes && text.startsWith("-") ? `(${text})` : text);
      written.push(rest);
    }
    return written.join("");
  }
  return { filled };
})();

const steps_numbered = (() => {
  class Numbered {
    constructor(starts, visits, used, places, local, sent) {
      this.starts = starts;
      this.visits = visits;
      this.used = used;
      this.places = places;
      this.local = local;
      this.sent = sent;
    }
  }
  class Prefix {
    constructor(kind, exponent, fraction, product, value, place, before) {
      this.kind = kind;
      this.exponent = exponent;
      this.fraction = fraction;
      this.product = product;
      this.value = value;
      this.place = place;
      this.before = before;
    }
  }
  class PathCount {
    constructor(count, open, size) {
      this.count = count;
      this.open = open;
      this.size = size;
    }
  }
  function values_on_paths(sweep, wanted) {
    let found, value, operand, place;
    found = new Array(wanted.length).fill(false);
    const a2 = sweep.visits.slice().reverse();
    for (let i1 = 0; i1 < a2.length; i1++) {
      value = a2[i1];
      found[value] = wanted[value];
      const a4 = sweep.used[value];
      const a5 = sweep.places[value];
      for (let i3 = 0; i3 < a4.length; i3++) {
        operand = a4[i3];
        place = a5[i3];
        if (found[operand] && (sweep.local[value][place] !== null)) {
          found[value] = true;
        }
      }
    }
    return found;
  }
  function largest_prefixes(sweep, wanted, between, count) {
    let arrived, start, found, value, best, operand, place, local, sent, longer, prefix;
    arrived = new Map([]);
    const a2 = sweep.starts;
    for (let i1 = 0; i1 < a2.length; i1++) {
      start = a2[i1];
      arrived.set(start, [new Prefix(0, 1.0, 0.5, 1.0, start, -1, null)]);
    }
    found = new Map([]);
    const a4 = sweep.visits;
    for (let i3 = 0; i3 < a4.length; i3++) {
      value = a4[i3];
      if (!between[value]) {
        continue;
      }
      best = arrived.get(value);
      arrived.set(value, []);
      if (wanted[value]) {
        found.set(value, best);
      }
      const a6 = sweep.used[value];
      const a7 = sweep.places[value];
      for (let i5 = 0; i5 < a6.length; i5++) {
        operand = a6[i5];
        place = a7[i5];
        local = sweep.local[value][place];
        sent = sweep.sent[value][place];
        if ((local === null) || !between[operand]) {
          continue;
        }
        longer = python.setdefault(arrived, operand, []);
        const a9 = best;
        for (let i8 = 0; i8 < a9.length; i8++) {
          prefix = a9[i8];
          _keep(longer, _extended(prefix, operand, place, local, sent), count);
        }
      }
    }
    return found;
  }
  function path_counts(sweep, wanted, between) {
    let counts, start, found, value, above, operand, place, local, sent, below;
    counts = new Map([]);
    const a2 = sweep.starts;
    for (let i1 = 0; i1 < a2.length; i1++) {
      start = a2[i1];
      counts.set(start, new PathCount(1, 1, 1.0));
    }
    found = new Map([]);
    const a4 = sweep.visits;
    for (let i3 = 0; i3 < a4.length; i3++) {
      value = a4[i3];
      if (!between[value]) {
        continue;
      }
      above = counts.get(value);
      counts.set(value, new PathCount(0, 0, 0.0));
      if (wanted[value]) {
        found.set(value, above);
      }
      const a6 = sweep.used[value];
      const a7 = sweep.places[value];
      for (let i5 = 0; i5 < a6.length; i5++) {
        operand = a6[i5];
        place = a7[i5];
        local = sweep.local[value][place];
        sent = sweep.sent[value][place];
        if ((local === null) || !between[operand]) {
          continue;
        }
        below = python.setdefault(counts, operand, new PathCount(0, 0, 0.0));
        below.count = below.count + above.count;
        below.open = below.open + (local !== 0 ? above.open : 0);
        below.size = below.size + Math.abs(multiplied(above.size, local, sent));
      }
    }
    return found;
  }
  function multiplied(product, local, sent) {
    if (product === 0) {
      return 0.0;
    }
    if ((local !== 0) || Number.isFinite(product)) {
      return product * local;
    }
    return sent === null ? 0.0 : sent;
  }
  function values_of(path) {
    let values, rest;
    values = [];
    rest = path;
    while (rest !== null) {
      values.push(rest.value);
      rest = rest.before;
    }
    return values;
  }
  function _extended(prefix, value, place, local, sent) {
    let product, factor, shift, fraction, carry, exponent, kind;
    product = multiplied(prefix.product, local, sent);
    const t1 = python.frexp(Number.isFinite(local) ? Math.abs(local) : 1.0);
    factor = t1[0];
    shift = t1[1];
    const t2 = python.frexp(prefix.fraction * factor);
    fraction = t2[0];
    carry = t2[1];
    exponent = fraction !== 0 ? (prefix.exponent + shift) + carry : -Infinity;
    kind = 0;
    if (!Number.isFinite(product)) {
      kind = Number.isNaN(product) ? 2 : 1;
    }
    return new Prefix(kind, exponent, fraction, product, value, place, prefix);
  }
  function _keep(best, prefix, count) {
    let place;
    place = best.length;
    while ((place > 0) && _is_larger(prefix, best[place - 1])) {
      place = place - 1;
    }
    if (place < count) {
      best.splice(place, 0, prefix);
    }
    if (best.length > count) {
      best.pop();
    }
  }
  function _is_larger(one, other) {
    if (one.kind !== other.kind) {
      return one.kind > other.kind;
    }
    if (one.exponent !== other.exponent) {
      return one.exponent > other.exponent;
    }
    return one.fraction > other.fraction;
  }
  return { values_on_paths, largest_prefixes, path_counts, values_of };
})();

const formula_words = (() => {
  const WIDEST = 60;
  return { WIDEST };
})();

const scene_gradient = (() => {
  const { exact, significant } = visualize_text;
  const SEVERITY = new Map([["pending", 0], ["unreached", 1], ["earlier", 2], ["zero", 3], ["finite", 4], ["infinite", 5], ["nan", 6]]);
  const ROUNDING = 1e-09;
  class Gradient {
    constructor(state, value, remark = "") {
      this.state = state;
      this.value = value;
      this.remark = remark;
    }
    get size() {
      return this.state === "finite" ? Math.abs(this.value) : 0.0;
    }
    get is_alarming() {
      return ["nan", "infinite"].includes(this.state);
    }
    get short() {
      let remark, number;
      if (this.state === "pending") {
        return "no gradient yet";
      }
      if (this.state === "unreached") {
        return "grad not reached";
      }
      remark = this.state === "earlier" ? "earlier" : this.remark;
      number = this.state === "zero" ? "0" : significant(this.value);
      return remark !== "" ? `grad ${number} (${remark})` : `grad ${number}`;
    }
    get full() {
      let remark, number;
      if (["pending", "unreached"].includes(this.state)) {
        return this.short;
      }
      remark = this.state === "earlier" ? "of an earlier pass" : this.remark;
      number = exact(this.value);
      return remark !== "" ? `grad ${number} (${remark})` : `grad ${number}`;
    }
  }
  function gradient_of(reached, value, pending) {
    if (!reached) {
      return new Gradient(pending ? "pending" : "unreached", 0.0);
    }
    if (Number.isNaN(value)) {
      return new Gradient("nan", value);
    }
    if ((Math.abs(value) === Infinity)) {
      return new Gradient("infinite", value);
    }
    return value !== 0 ? new Gradient("finite", value) : new Gradient("zero", 0.0);
  }
  function largest(gradients) {
    return gradients[largest_at(gradients)];
  }
  function largest_at(gradients) {
    let best, place, gradient, more;
    best = 0;
    const a2 = gradients;
    for (let i1 = 0; i1 < a2.length; i1++) {
      place = i1;
      gradient = a2[i1];
      more = SEVERITY.get(gradient.state) - SEVERITY.get(gradients[best].state);
      if ((more > 0) || ((more === 0) && (gradient.size > gradients[best].size))) {
        best = place;
      }
    }
    return best;
  }
  function largest_size(gradients) {
    return python.greatest(gradients.map((gradient) => gradient.size), 0.0);
  }
  function shown_for_many(gradients) {
    let shown, gradient;
    shown = largest(gradients);
    const a2 = gradients;
    for (let i1 = 0; i1 < a2.length; i1++) {
      gradient = a2[i1];
      if ((gradient.state === shown.state) && (gradient.remark !== shown.remark)) {
        return new Gradient(shown.state, shown.value);
      }
    }
    return shown;
  }
  function is_of_one_pass(held, given) {
    let largest;
    if ((held === given) || (Number.isNaN(held) && Number.isNaN(given))) {
      return true;
    }
    largest = Math.max(Math.abs(held), Math.abs(given));
    return Number.isFinite(largest) && (Math.abs(held - given) <= (ROUNDING * largest));
  }
  function product_sent(gradient, local) {
    return gradient !== 0 ? gradient * local : 0.0;
  }
  return { Gradient, gradient_of, largest_at, largest_size, shown_for_many, is_of_one_pass, product_sent };
})();

const layout_placement = (() => {
  const { Geometry, ROOT, Layering } = layout_layering;
  const { ordered } = visualize_boxes;
  const ONE_SIDED = 12;
  const TWO_SIDED = 8;
  const IN_LANES = 4;
  const BEND_MASS = 2.8284271247461903;
  const FREE_MASS = 0.01;
  class _Row {
    constructor(items, offsets, low, high) {
      this.items = items;
      this.offsets = offsets;
      this.low = low;
      this.high = high;
    }
  }
  function place_across(geometry) {
    let rows, row, middle, item, offset;
    rows = geometry.order.map((items) => _whole_row(items, geometry));
    geometry.centre = new Array(geometry.half.length).fill(0.0);
    const a2 = rows;
    for (let i1 = 0; i1 < a2.length; i1++) {
      row = a2[i1];
      middle = row.offsets[row.offsets.length - 1] / 2;
      const a4 = row.items;
      const a5 = row.offsets;
      for (let i3 = 0; i3 < a4.length; i3++) {
        item = a4[i3];
        offset = a5[i3];
        geometry.centre[item] = offset - middle;
      }
    }
    _sweep(rows, geometry, ONE_SIDED);
    geometry.lanes = [[-Infinity, Infinity]];
    if (geometry.layering.tree.__len__() > 1) {
      geometry.lanes = _widen_lanes(geometry);
      rows = _rows_in_lanes(geometry);
      _sweep(rows, geometry, IN_LANES);
    }
    _straighten(rows, geometry);
  }
  function _whole_row(items, geometry) {
    let offsets, at, unknown, distance, first;
    offsets = [];
    at = 0.0;
    const a2 = _borders_and_items(items, geometry);
    for (let i1 = 0; i1 < a2.length; i1++) {
      const t3 = a2[i1];
      unknown = t3[0];
      distance = t3[1];
      at = at + distance;
      if (unknown < geometry.half.length) {
        offsets.push(at);
      }
    }
    first = offsets[0];
    return new _Row(items.slice(), offsets.map((at) => at - first), -Infinity, Infinity);
  }
  function _borders_and_items(items, geometry) {
    let layering, spacing, half, cluster, tree, low, high, listed, inside, last, reach, place, item, around, common, closed, opened, gap;
    layering = geometry.layering;
    spacing = geometry.spacing;
    half = geometry.half;
    cluster = layering.cluster;
    tree = layering.tree;
    low = cluster.length;
    high = low + tree.__len__();
    listed = [];
    inside = ROOT;
    last = high + ROOT;
    reach = 0.0;
    for (let i1 = 0, n2 = items.length + 1; i1 < n2; i1++) {
      place = i1;
      item = place < items.length ? items[place] : -1;
      around = item >= 0 ? cluster[item] : ROOT;
      if (around !== inside) {
        common = tree.common(inside, around);
        const a4 = tree.between(inside, common);
        for (let i3 = 0; i3 < a4.length; i3++) {
          closed = a4[i3];
          listed.push([high + closed, reach + spacing.high]);
          last = high + closed;
          reach = 0.0;
        }
        const a6 = tree.between(around, common).slice().reverse();
        for (let i5 = 0; i5 < a6.length; i5++) {
          opened = a6[i5];
          gap = low <= last && last < high ? spacing.low : spacing.node_gap;
          listed.push([low + opened, reach + gap]);
          last = low + opened;
          reach = 0.0;
        }
        inside = around;
      }
      if (item >= 0) {
        gap = low <= last && last < high ? spacing.low : spacing.node_gap;
        if ((last < low) && (Math.max(last, item) >= layering.node_count)) {
          gap = spacing.bend_gap;
        }
        listed.push([item, (reach + gap) + half[item]]);
        last = item;
        reach = half[item];
      }
    }
    return listed;
  }
  function _sweep(rows, geometry, one_sided) {
    let layering, mass, both, backwards, step, near, row;
    layering = geometry.layering;
    mass = python.range(0, geometry.half.length, 1).map((item) => item < layering.node_count ? 1.0 : BEND_MASS);
    both = python.zip(layering.above, layering.below).map(([up, down]) => [...up, ...down]);
    backwards = rows.slice().reverse();
    for (let i1 = 0, n2 = one_sided + TWO_SIDED; i1 < n2; i1++) {
      step = i1;
      near = (step % 2) === 0 ? layering.below : layering.above;
      if (step >= one_sided) {
        near = both;
      }
      const a4 = (step % 2) === 0 ? backwards : rows;
      for (let i3 = 0; i3 < a4.length; i3++) {
        row = a4[i3];
        _fit(row, near, mass, geometry.centre);
      }
    }
  }
  function _fit(row, near, mass, centre) {
    let wishes, weights, item, offset, total, pull, other, low, high, fitted, value;
    wishes = [];
    weights = [];
    const a2 = row.items;
    const a3 = row.offsets;
    for (let i1 = 0; i1 < a2.length; i1++) {
      item = a2[i1];
      offset = a3[i1];
      total = 0.0;
      pull = 0.0;
      const a5 = near[item];
      for (let i4 = 0; i4 < a5.length; i4++) {
        other = a5[i4];
        total = total + mass[other];
        pull = pull + (mass[other] * centre[other]);
      }
      if (total > 0) {
        wishes.push((pull / total) - offset);
        weights.push(total * mass[item]);
      } else {
        wishes.push(centre[item] - offset);
        weights.push(FREE_MASS);
      }
    }
    low = row.low;
    high = row.high - row.offsets[row.offsets.length - 1];
    fitted = isotonic(wishes, weights);
    const a7 = row.items;
    const a8 = row.offsets;
    const a9 = fitted;
    for (let i6 = 0; i6 < a7.length; i6++) {
      item = a7[i6];
      offset = a8[i6];
      value = a9[i6];
      centre[item] = Math.min(Math.max(value, low), high) + offset;
    }
  }
  function isotonic(values, weights) {
    let means, masses, lengths, value, weight, mean, mass, length, pooled, fitted;
    means = [];
    masses = [];
    lengths = [];
    const a2 = values;
    const a3 = weights;
    for (let i1 = 0; i1 < a2.length; i1++) {
      value = a2[i1];
      weight = a3[i1];
      mean = value;
      mass = weight;
      length = 1;
      while ((means.length > 0) && (means[means.length - 1] > mean)) {
        pooled = masses.pop();
        mean = ((means.pop() * pooled) + (mean * mass)) / (pooled + mass);
        mass = mass + pooled;
        length = length + lengths.pop();
      }
      means.push(mean);
      masses.push(mass);
      lengths.push(length);
    }
    fitted = [];
    const a5 = means;
    const a6 = lengths;
    for (let i4 = 0; i4 < a5.length; i4++) {
      mean = a5[i4];
      length = a6[i4];
      python.extend(fitted, new Array(length).fill(mean));
    }
    return fitted;
  }
  function _widen_lanes(geometry) {
    let layering, count, low, high, wish, after, apart, items, previous, unknown, distance, cluster, breadth, sequence, raised, lowered, other, middle, item, lanes;
    layering = geometry.layering;
    count = geometry.centre.length;
    low = count;
    high = count + layering.tree.__len__();
    wish = _wishes(geometry);
    after = wish.map((_) => []);
    apart = wish.map((_) => []);
    const a2 = geometry.order;
    for (let i1 = 0; i1 < a2.length; i1++) {
      items = a2[i1];
      previous = -1;
      const a4 = _borders_and_items(items, geometry);
      for (let i3 = 0; i3 < a4.length; i3++) {
        const t5 = a4[i3];
        unknown = t5[0];
        distance = t5[1];
        if (previous >= 0) {
          after[previous].push(unknown);
          apart[previous].push(distance);
        }
        previous = unknown;
      }
    }
    const a7 = geometry.least_across;
    for (let i6 = 0; i6 < a7.length; i6++) {
      cluster = i6;
      breadth = a7[i6];
      if (breadth > 0) {
        after[low + cluster].push(high + cluster);
        apart[low + cluster].push(breadth);
      }
    }
    sequence = ordered(after);
    raised = wish.slice();
    lowered = wish.slice();
    const a9 = sequence;
    for (let i8 = 0; i8 < a9.length; i8++) {
      unknown = a9[i8];
      const a11 = after[unknown];
      const a12 = apart[unknown];
      for (let i10 = 0; i10 < a11.length; i10++) {
        other = a11[i10];
        distance = a12[i10];
        raised[other] = Math.max(raised[other], raised[unknown] + distance);
      }
    }
    const a14 = sequence.slice().reverse();
    for (let i13 = 0; i13 < a14.length; i13++) {
      unknown = a14[i13];
      const a16 = after[unknown];
      const a17 = apart[unknown];
      for (let i15 = 0; i15 < a16.length; i15++) {
        other = a16[i15];
        distance = a17[i15];
        lowered[unknown] = Math.min(lowered[unknown], lowered[other] - distance);
      }
    }
    middle = python.zip(raised, lowered).map(([up, down]) => (up + down) / 2);
    for (let i18 = 0, n19 = count; i18 < n19; i18++) {
      item = i18;
      geometry.centre[item] = middle[item];
    }
    lanes = python.range(0, high - low, 1).map((cluster) => [middle[low + cluster], middle[high + cluster]]);
    lanes[ROOT] = [-Infinity, Infinity];
    return lanes;
  }
  function _wishes(geometry) {
    let layering, centre, half, tree, lows, highs, total, number, item, middle, inner, cluster, start, end;
    layering = geometry.layering;
    centre = geometry.centre;
    half = geometry.half;
    tree = layering.tree;
    lows = new Array(tree.__len__()).fill(Infinity);
    highs = new Array(tree.__len__()).fill(-Infinity);
    total = new Array(tree.__len__()).fill(0.0);
    number = new Array(tree.__len__()).fill(0);
    const a2 = centre;
    for (let i1 = 0; i1 < a2.length; i1++) {
      item = i1;
      middle = a2[i1];
      if (!layering.is_placeholder(item)) {
        const a4 = tree.between(layering.cluster[item], ROOT);
        for (let i3 = 0; i3 < a4.length; i3++) {
          inner = a4[i3];
          total[inner] = total[inner] + middle;
          number[inner] = number[inner] + 1;
        }
      }
    }
    const a6 = layering.cluster;
    for (let i5 = 0; i5 < a6.length; i5++) {
      item = i5;
      cluster = a6[i5];
      if (layering.is_placeholder(item)) {
        centre[item] = total[cluster] / number[cluster];
      }
      start = centre[item] - half[item];
      end = centre[item] + half[item];
      const a8 = tree.between(cluster, ROOT);
      for (let i7 = 0; i7 < a8.length; i7++) {
        inner = a8[i7];
        start = start - geometry.spacing.low;
        end = end + geometry.spacing.high;
        lows[inner] = Math.min(lows[inner], start);
        highs[inner] = Math.max(highs[inner], end);
      }
    }
    return [...centre, ...lows, ...highs];
  }
  function _rows_in_lanes(geometry) {
    let tree, cluster, spacing, lanes, half, rows, items, run, low, place, item, after, common, closed, opened, row;
    tree = geometry.layering.tree;
    cluster = geometry.layering.cluster;
    spacing = geometry.spacing;
    lanes = geometry.lanes;
    half = geometry.half;
    rows = [];
    const a2 = geometry.order;
    for (let i1 = 0; i1 < a2.length; i1++) {
      items = a2[i1];
      run = [];
      low = -Infinity;
      const a4 = items;
      for (let i3 = 0; i3 < a4.length; i3++) {
        place = i3;
        item = a4[i3];
        if (place === 0) {
          low = lanes[cluster[item]][0] + spacing.low;
        }
        run.push(item);
        after = (place + 1) < items.length ? cluster[items[place + 1]] : -1;
        if (after === cluster[item]) {
          continue;
        }
        common = after < 0 ? ROOT : tree.common(cluster[item], after);
        closed = tree.between(cluster[item], common);
        opened = after < 0 ? [] : tree.between(after, common);
        row = _whole_row(run, geometry);
        row.low = low + half[run[0]];
        if ((closed.length > 0) || (after < 0)) {
          row.high = (lanes[cluster[item]][1] - spacing.high) - half[item];
        } else {
          row.high = (lanes[opened[opened.length - 1]][0] - spacing.node_gap) - half[item];
        }
        rows.push(row);
        run = [];
        if (opened.length > 0) {
          low = lanes[after][0] + spacing.low;
        } else {
          if (closed.length > 0) {
            low = lanes[closed[closed.length - 1]][1] + spacing.node_gap;
          }
        }
      }
    }
    return rows;
  }
  function _straighten(rows, geometry) {
    let layering, centre, half, row_of, place_of, number, row, place, item, chain, stretch, low, high, last_node, room_low, room_high, fits, middle, member, others;
    layering = geometry.layering;
    centre = geometry.centre;
    half = geometry.half;
    row_of = new Array(centre.length).fill(0);
    place_of = new Array(centre.length).fill(0);
    const a2 = rows;
    for (let i1 = 0; i1 < a2.length; i1++) {
      number = i1;
      row = a2[i1];
      const a4 = row.items;
      for (let i3 = 0; i3 < a4.length; i3++) {
        place = i3;
        item = a4[i3];
        row_of[item] = number;
        place_of[item] = place;
      }
    }
    const a6 = _chains(layering, centre);
    for (let i5 = 0; i5 < a6.length; i5++) {
      chain = a6[i5];
      stretch = [];
      low = -Infinity;
      high = Infinity;
      last_node = -1;
      const a8 = [...chain, -1];
      for (let i7 = 0; i7 < a8.length; i7++) {
        item = a8[i7];
        if (item >= 0) {
          const t9 = _room(rows[row_of[item]], place_of[item], centre);
          room_low = t9[0];
          room_high = t9[1];
          fits = Math.max(low, room_low) <= Math.min(high, room_high);
          if (fits && (item < layering.node_count) && (last_node >= 0)) {
            fits = Math.abs(centre[item] - centre[last_node]) <= (2 * half[item]);
            fits = fits || _is_only_edge(layering.above[item][0], item, layering);
          }
          if (fits) {
            const t10 = Math.max(low, room_low);
            const t11 = Math.min(high, room_high);
            low = t10;
            high = t11;
            stretch.push(item);
            last_node = item < layering.node_count ? item : last_node;
            continue;
          }
        }
        if (stretch.length > 1) {
          middle = python.sort(stretch.map((member) => centre[member]).slice())[Math.floor(stretch.length / 2)];
          const a13 = stretch;
          for (let i12 = 0; i12 < a13.length; i12++) {
            member = a13[i12];
            centre[member] = Math.min(Math.max(middle, low), high);
          }
        }
        if (item >= 0) {
          stretch = [item];
          const t14 = _room(rows[row_of[item]], place_of[item], centre);
          low = t14[0];
          high = t14[1];
          last_node = item < layering.node_count ? item : -1;
        }
      }
    }
    const a16 = rows;
    for (let i15 = 0; i15 < a16.length; i15++) {
      row = a16[i15];
      const a18 = row.items;
      for (let i17 = 0; i17 < a18.length; i17++) {
        place = i17;
        item = a18[i17];
        others = [...layering.above[item], ...layering.below[item]];
        if (others.length === 1) {
          const t19 = _room(row, place, centre);
          low = t19[0];
          high = t19[1];
          centre[item] = Math.min(Math.max(centre[others[0]], low), high);
        }
      }
    }
  }
  function _room(row, place, centre) {
    let items, offsets, low, high;
    items = row.items;
    offsets = row.offsets;
    low = row.low;
    high = row.high;
    if (place > 0) {
      low = (centre[items[place - 1]] + offsets[place]) - offsets[place - 1];
    }
    if ((place + 1) < items.length) {
      high = (centre[items[place + 1]] - offsets[place + 1]) + offsets[place];
    }
    return [low, high];
  }
  function _chains(layering, centre) {
    let count, upper, lower, middle_above, middle_below, item, others, other, is_mutual, is_free, chains, chain;
    count = layering.node_count;
    upper = new Array(centre.length).fill(-1);
    lower = new Array(centre.length).fill(-1);
    middle_above = layering.above.map((others) => _middle(others, centre, layering));
    middle_below = layering.below.map((others) => _middle(others, centre, layering));
    const a2 = layering.below;
    for (let i1 = 0; i1 < a2.length; i1++) {
      item = i1;
      others = a2[i1];
      const a4 = others;
      for (let i3 = 0; i3 < a4.length; i3++) {
        other = a4[i3];
        if (((item >= count) && (other >= count)) || _is_only_edge(item, other, layering)) {
          lower[item] = other;
          upper[other] = item;
        }
      }
    }
    const a6 = [true, false];
    for (let i5 = 0; i5 < a6.length; i5++) {
      is_mutual = a6[i5];
      const a8 = middle_below;
      for (let i7 = 0; i7 < a8.length; i7++) {
        item = i7;
        other = a8[i7];
        is_free = (other >= 0) && (lower[item] < 0) && (upper[other] < 0);
        if (is_free && (!is_mutual || (middle_above[other] === item))) {
          lower[item] = other;
          upper[other] = item;
        }
      }
    }
    chains = [];
    const a10 = lower;
    for (let i9 = 0; i9 < a10.length; i9++) {
      item = i9;
      other = a10[i9];
      if ((other >= 0) && (upper[item] < 0)) {
        chain = [item];
        while (lower[chain[chain.length - 1]] >= 0) {
          chain.push(lower[chain[chain.length - 1]]);
        }
        chains.push(chain);
      }
    }
    return python.sort(chains.slice(), (chain) => -chain.length);
  }
  function _middle(items, centre, layering) {
    let ranked, low, high;
    if (items.length < 2) {
      return items.length === 1 ? items[0] : -1;
    }
    ranked = python.sort(items.slice(), (x) => centre[x]);
    low = ranked[Math.floor((ranked.length - 1) / 2)];
    high = ranked[Math.floor(ranked.length / 2)];
    return _is_end(high, layering) && !_is_end(low, layering) ? low : high;
  }
  function _is_end(item, layering) {
    return (layering.above[item].length + layering.below[item].length) === 1;
  }
  function _is_only_edge(item, other, layering) {
    return (layering.below[item].length === 1) && (layering.above[other].length === 1);
  }
  return { place_across, isotonic };
})();

const layout_ranks = (() => {
  const { Geometry, ROOT, ClusterTree, Layering } = layout_layering;
  const { ordered, components, cycle_among } = visualize_boxes;
  const EFFORT = 3000000;
  const SHORT_CLUSTER = 2;
  function rank_nodes(count, edges, tree) {
    let constraints, weights, ranks, u, v, gap, weight, first_used;
    constraints = edges.map(([u, v]) => [u, v, 1]);
    weights = new Array(edges.length).fill(1);
    ranks = latest_ranks(count, constraints);
    if (tree.__len__() > 1) {
      const a2 = _cluster_constraints(count, edges, tree);
      for (let i1 = 0; i1 < a2.length; i1++) {
        const t3 = a2[i1];
        u = t3[0];
        v = t3[1];
        gap = t3[2];
        weight = t3[3];
        constraints.push([u, v, gap]);
        weights.push(weight);
      }
      ranks = latest_ranks(count + (2 * tree.__len__()), constraints);
    }
    ranks = shorten_edges(ranks, constraints, weights, EFFORT).slice(0, count);
    first_used = python.least(ranks, 0);
    return ranks.map((rank) => rank - first_used);
  }
  function latest_ranks(count, constraints) {
    let before, gaps, u, v, gap, order, height, last;
    before = python.range(0, count, 1).map((_) => []);
    gaps = python.range(0, count, 1).map((_) => []);
    const a2 = constraints;
    for (let i1 = 0; i1 < a2.length; i1++) {
      const t3 = a2[i1];
      u = t3[0];
      v = t3[1];
      gap = t3[2];
      before[v].push(u);
      gaps[v].push(gap);
    }
    order = ordered(before);
    if (order.length < count) {
      throw new Error(`layout: the edges form a cycle through nodes ${_cycle(count, constraints, order)}; a layered layout needs a graph without cycles, so drop one of these edges`);
    }
    height = new Array(count).fill(0);
    const a5 = order;
    for (let i4 = 0; i4 < a5.length; i4++) {
      v = a5[i4];
      const a7 = before[v];
      const a8 = gaps[v];
      for (let i6 = 0; i6 < a7.length; i6++) {
        u = a7[i6];
        gap = a8[i6];
        height[u] = Math.max(height[u], height[v] + gap);
      }
    }
    last = python.greatest(height, 0);
    return height.map((needed) => last - needed);
  }
  function _cycle(count, constraints, placed) {
    let after, u, v, left, node, cycle, shown;
    after = python.range(0, count, 1).map((_) => []);
    const a2 = constraints;
    for (let i1 = 0; i1 < a2.length; i1++) {
      const t3 = a2[i1];
      u = t3[0];
      v = t3[1];
      after[u].push(v);
    }
    left = new Array(count).fill(true);
    const a5 = placed;
    for (let i4 = 0; i4 < a5.length; i4++) {
      node = a5[i4];
      left[node] = false;
    }
    cycle = cycle_among(after, left);
    shown = cycle.length <= 12 ? cycle : [...cycle.slice(0, 10), ...cycle.slice(-2)];
    return shown.map((node) => String(node)).join(" -> ");
  }
  function _cluster_constraints(count, edges, tree) {
    let enter, leave, links, after, first, second, component, tangled, found, around, start, end, node, cluster;
    enter = count;
    leave = count + tree.__len__();
    links = _links(count, edges, tree);
    after = python.range(0, count + tree.__len__(), 1).map((_) => []);
    const a2 = links;
    for (let i1 = 0; i1 < a2.length; i1++) {
      const t3 = a2[i1];
      first = t3[0];
      second = t3[1];
      after[first].push(second);
    }
    component = components(after);
    tangled = _tangled(component, count, tree);
    found = [];
    const a5 = links;
    for (let i4 = 0; i4 < a5.length; i4++) {
      const t6 = a5[i4];
      first = t6[0];
      second = t6[1];
      around = t6[2];
      if (!tangled[around] && (component[first] !== component[second])) {
        start = first < count ? first : (leave + first) - count;
        end = second < count ? second : (enter + second) - count;
        found.push([start, end, 1, 0]);
      }
    }
    const a8 = tree.of_node;
    for (let i7 = 0; i7 < a8.length; i7++) {
      node = i7;
      cluster = a8[i7];
      if (cluster !== ROOT) {
        found.push([enter + cluster, node, 0, 0]);
        found.push([node, leave + cluster, 0, 0]);
      }
    }
    for (let i9 = 1, n10 = tree.__len__(); i9 < n10; i9++) {
      cluster = i9;
      found.push([enter + cluster, leave + cluster, 0, SHORT_CLUSTER]);
      if (tree.parent[cluster] !== ROOT) {
        found.push([enter + tree.parent[cluster], enter + cluster, 0, 0]);
        found.push([leave + cluster, leave + tree.parent[cluster], 0, 0]);
      }
    }
    return found;
  }
  function _links(count, edges, tree) {
    let size, known, links, u, v, around, above_u, above_v, first, second;
    size = count + tree.__len__();
    known = new Set();
    links = [];
    const a2 = edges;
    for (let i1 = 0; i1 < a2.length; i1++) {
      const t3 = a2[i1];
      u = t3[0];
      v = t3[1];
      around = tree.common(tree.of_node[u], tree.of_node[v]);
      above_u = tree.between(tree.of_node[u], around);
      above_v = tree.between(tree.of_node[v], around);
      first = above_u.length > 0 ? count + above_u[above_u.length - 1] : u;
      second = above_v.length > 0 ? count + above_v[above_v.length - 1] : v;
      if (!known.has((first * size) + second)) {
        known.add((first * size) + second);
        links.push([first, second, around]);
      }
    }
    return links;
  }
  function _tangled(component, count, tree) {
    let members, number, tangled, cluster;
    members = new Array(component.length).fill(0);
    const a2 = component;
    for (let i1 = 0; i1 < a2.length; i1++) {
      number = a2[i1];
      members[number] = members[number] + 1;
    }
    tangled = new Array(tree.__len__()).fill(false);
    for (let i3 = 1, n4 = tree.__len__(); i3 < n4; i3++) {
      cluster = i3;
      tangled[cluster] = (members[component[count + cluster]] > 1) || tangled[tree.parent[cluster]];
    }
    return tangled;
  }
  function shorten_edges(ranks, constraints, weights, effort) {
    let excess, arcs, index, u, v, slack, flow, reached, spent, moved, step, is_reached, to_u, other;
    ranks = ranks.slice();
    excess = new Array(ranks.length).fill(0);
    arcs = ranks.map((_) => []);
    const a2 = constraints;
    for (let i1 = 0; i1 < a2.length; i1++) {
      index = i1;
      const t3 = a2[i1];
      u = t3[0];
      v = t3[1];
      excess[u] = excess[u] - weights[index];
      excess[v] = excess[v] + weights[index];
      arcs[v].push([index, u, true]);
      arcs[u].push([index, v, false]);
    }
    slack = constraints.map(([u, v, gap]) => (ranks[v] - ranks[u]) - gap);
    flow = new Array(constraints.length).fill(0);
    while (effort > 0) {
      const t4 = _push_gains(arcs, slack, flow, excess);
      reached = t4[0];
      spent = t4[1];
      moved = t4[2];
      effort = effort - spent;
      if (moved) {
        continue;
      }
      step = 0;
      const a6 = reached;
      for (let i5 = 0; i5 < a6.length; i5++) {
        v = i5;
        is_reached = a6[i5];
        if (is_reached) {
          const a8 = arcs[v];
          for (let i7 = 0; i7 < a8.length; i7++) {
            const t9 = a8[i7];
            index = t9[0];
            u = t9[1];
            to_u = t9[2];
            if (to_u && !reached[u] && ((step === 0) || (slack[index] < step))) {
              step = slack[index];
            }
          }
        }
      }
      if (step === 0) {
        break;
      }
      const a11 = reached;
      for (let i10 = 0; i10 < a11.length; i10++) {
        v = i10;
        is_reached = a11[i10];
        if (is_reached) {
          ranks[v] = ranks[v] - step;
          const a13 = arcs[v];
          for (let i12 = 0; i12 < a13.length; i12++) {
            const t14 = a13[i12];
            index = t14[0];
            other = t14[1];
            to_u = t14[2];
            if (!reached[other]) {
              slack[index] = slack[index] + (to_u ? -step : step);
            }
          }
        }
      }
    }
    return ranks;
  }
  function _push_gains(arcs, slack, flow, excess) {
    let visited, following, spent, moved, source, path, node, arc, index, other, to_u, amount, on_path;
    visited = new Array(excess.length).fill(false);
    following = new Array(excess.length).fill(0);
    spent = 0;
    moved = false;
    for (let i1 = 0, n2 = excess.length; i1 < n2; i1++) {
      source = i1;
      if ((excess[source] <= 0) || visited[source]) {
        continue;
      }
      visited[source] = true;
      path = [];
      node = source;
      while (true) {
        if (following[node] === arcs[node].length) {
          if (path.length === 0) {
            break;
          }
          path.pop();
          node = path.length > 0 ? path[path.length - 1][1] : source;
          continue;
        }
        arc = arcs[node][following[node]];
        const t3 = arc;
        index = t3[0];
        other = t3[1];
        to_u = t3[2];
        following[node] = following[node] + 1;
        spent = spent + 1;
        if (visited[other] || (to_u ? slack[index] > 0 : flow[index] === 0)) {
          continue;
        }
        visited[other] = true;
        path.push(arc);
        node = other;
        if (excess[node] >= 0) {
          continue;
        }
        amount = Math.min(excess[source], -excess[node]);
        const a5 = path;
        for (let i4 = 0; i4 < a5.length; i4++) {
          const t6 = a5[i4];
          index = t6[0];
          to_u = t6[2];
          if (!to_u && (flow[index] < amount)) {
            amount = flow[index];
          }
        }
        const a8 = path;
        for (let i7 = 0; i7 < a8.length; i7++) {
          const t9 = a8[i7];
          index = t9[0];
          to_u = t9[2];
          flow[index] = flow[index] + (to_u ? amount : -amount);
        }
        excess[source] = excess[source] - amount;
        excess[node] = excess[node] + amount;
        moved = true;
        const a11 = path;
        for (let i10 = 0; i10 < a11.length; i10++) {
          const t12 = a11[i10];
          on_path = t12[1];
          visited[on_path] = false;
          following[on_path] = Math.max(following[on_path] - 1, 0);
        }
        following[source] = following[source] - 1;
        path.length = 0;
        node = source;
        if (excess[source] === 0) {
          visited[source] = false;
          break;
        }
      }
    }
    return [visited, spent, moved];
  }
  class _Extent {
    constructor(first, last, nested_first, nested_last) {
      this.first = first;
      this.last = last;
      this.nested_first = nested_first;
      this.nested_last = nested_last;
    }
  }
  function place_along(geometry) {
    let layering, spacing, count, before, behind, ending, extents, cluster, extent, first, last, at, rank, items, borders, needed, longest, item, start, low, node, length;
    layering = geometry.layering;
    spacing = geometry.spacing;
    count = layering.ranks.length;
    before = new Array(count).fill(0.0);
    behind = new Array(count).fill(0.0);
    ending = python.range(0, count, 1).map((_) => []);
    extents = _extents(layering);
    const a2 = extents;
    for (let i1 = 0; i1 < a2.length; i1++) {
      cluster = i1;
      extent = a2[i1];
      if (cluster !== ROOT) {
        first = extent.first;
        last = extent.last;
        before[first] = Math.max(before[first], extent.nested_first * spacing.start);
        behind[last] = Math.max(behind[last], extent.nested_last * spacing.end);
        ending[last].push(cluster);
      }
    }
    at = 0.0;
    const a4 = layering.ranks;
    for (let i3 = 0; i3 < a4.length; i3++) {
      rank = i3;
      items = a4[i3];
      if (rank > 0) {
        borders = behind[rank - 1] + before[rank];
        needed = borders > 0 ? borders + (spacing.rank_gap / 2) : 0.0;
        at = at + Math.max(spacing.rank_gap, needed);
      }
      geometry.starts.push(at);
      longest = 0.0;
      const a6 = items;
      for (let i5 = 0; i5 < a6.length; i5++) {
        item = a6[i5];
        if (item < layering.node_count) {
          longest = Math.max(longest, geometry.lengths[item]);
        }
      }
      at = at + longest;
      const a8 = ending[rank];
      for (let i7 = 0; i7 < a8.length; i7++) {
        cluster = a8[i7];
        extent = extents[cluster];
        borders = (extent.nested_first * spacing.start) + (extent.nested_last * spacing.end);
        start = geometry.starts[extent.first];
        at = Math.max(at, (start + geometry.least_along[cluster]) - borders);
      }
      geometry.ends.push(at);
    }
    const a10 = extents;
    for (let i9 = 0; i9 < a10.length; i9++) {
      extent = a10[i9];
      low = geometry.starts[extent.first] - (extent.nested_first * spacing.start);
      geometry.reach.push([low, geometry.ends[extent.last] + (extent.nested_last * spacing.end)]);
    }
    const a12 = geometry.lengths;
    for (let i11 = 0; i11 < a12.length; i11++) {
      node = i11;
      length = a12[i11];
      rank = layering.rank[node];
      start = ((geometry.starts[rank] + geometry.ends[rank]) - length) / 2;
      geometry.along.push([start, start + length]);
    }
  }
  function _extents(layering) {
    let tree, first, last, nested_first, nested_last, cluster, parent;
    tree = layering.tree;
    const t1 = tree.spans(layering.cluster, layering.rank);
    first = t1[0];
    last = t1[1];
    nested_first = new Array(tree.__len__()).fill(1);
    nested_last = new Array(tree.__len__()).fill(1);
    for (let i2 = tree.__len__() - 1, n3 = ROOT; i2 > n3; i2--) {
      cluster = i2;
      parent = tree.parent[cluster];
      if (first[parent] === first[cluster]) {
        nested_first[parent] = Math.max(nested_first[parent], nested_first[cluster] + 1);
      }
      if (last[parent] === last[cluster]) {
        nested_last[parent] = Math.max(nested_last[parent], nested_last[cluster] + 1);
      }
    }
    return python.range(0, tree.__len__(), 1).map((cluster) => new _Extent(first[cluster], last[cluster], nested_first[cluster], nested_last[cluster]));
  }
  return { rank_nodes, place_along };
})();

const draw_wording = (() => {
  const { Range } = scene_compose;
  const { significant, times } = visualize_text;
  const HEADING_COLUMNS = 24;
  const GROUP_COLUMNS = HEADING_COLUMNS + 8;
  const FONT_SIZE = 11;
  const COLUMN = 6.62;
  const SMALL = 10;
  const LINE = 14;
  const PADDING = 10;
  const BOX_CORNER = 6;
  const FRAME_CORNER = 8;
  const LEAST_COLUMNS = 10;
  function spoken(heading, mark, lines) {
    let first;
    first = mark !== "" ? `${heading} ${mark}` : heading;
    return [first, ...lines].join(", ");
  }
  function kinds_line(kinds) {
    return kinds.map(([name, count]) => `${name} ${times(count)}`).join(", ");
  }
  function data_line(shown) {
    return `data ${shown}`;
  }
  function largest_line(gradient, line) {
    return gradient !== 0 ? `largest ${line}` : line;
  }
  function data_range(data) {
    let first, last, shown, others;
    if (Number.isNaN(data.low)) {
      return "nan or inf";
    }
    first = significant(data.low);
    last = significant(data.high);
    shown = first === last ? first : `${first} … ${last}`;
    others = data.infinite + data.nan;
    return others > 0 ? `${shown}, ${python.thousands(others)} nan or inf` : shown;
  }
  function position_mark(position, count, is_symmetric) {
    return (count < 2) || is_symmetric ? "" : String(position + 1);
  }
  function slope_mark(slope) {
    return `∂ ${significant(slope)}`;
  }
  function size_by(heading, mark, lines, room) {
    let first, widest;
    first = ((mark > 0 ? (heading + mark) + 2 : heading) * COLUMN) + room;
    widest = Math.max(first, python.greatest(lines) * COLUMN, LEAST_COLUMNS * COLUMN);
    return [python.rounded(widest + (2 * PADDING)), ((1 + lines.length) * LINE) + PADDING];
  }
  function width_of(count, font_size) {
    return ((count * COLUMN) * font_size) / FONT_SIZE;
  }
  return { GROUP_COLUMNS, FONT_SIZE, COLUMN, SMALL, LINE, PADDING, BOX_CORNER, FRAME_CORNER, spoken, kinds_line, data_line, largest_line, data_range, position_mark, slope_mark, size_by, width_of };
})();

const draw_palette = (() => {
  const { Gradient } = scene_gradient;
  const { Range } = scene_compose;
  const SHADES = 8;
  const WIDEST_LINE = 4.0;
  function look_by(gradient, top, data) {
    if (data.nan > 0) {
      return "nan";
    }
    if ((data.infinite > 0) && (gradient.state !== "nan")) {
      return "infinite";
    }
    return style_class(gradient, top);
  }
  function style_class(gradient, top) {
    let shade;
    if (gradient.state !== "finite") {
      return gradient.state;
    }
    shade = top > 0 ? Math.max(1, Math.ceil(SHADES * Math.sqrt(Math.abs(gradient.value) / top))) : 1;
    return `${gradient.value < 0 ? "n" : "p"}${Math.min(shade, SHADES)}`;
  }
  function line_width(count) {
    let width;
    width = 1.0;
    while ((count > 1) && (width < WIDEST_LINE)) {
      width = width + 0.25;
      count = Math.floor(count / 2);
    }
    return width;
  }
  return { look_by, line_width };
})();

const layout_order = (() => {
  const { Layering, ROOT } = layout_layering;
  const { isotonic } = layout_placement;
  const SWEEPS = 8;
  const EFFORT = 6000;
  const MOST_STARTS = 8;
  class _Found {
    constructor(crossings, order) {
      this.crossings = crossings;
      this.order = order;
    }
  }
  class _Dice {
    constructor(seed) {
      this.seed = seed;
    }
    below(most) {
      this.seed = (this.seed * 48271) % 2147483647;
      return this.seed % most;
    }
    shuffled(items) {
      let result, last, other;
      result = items.slice();
      for (let i1 = result.length - 1; i1 > 0; i1--) {
        last = i1;
        other = this.below(last + 1);
        const t2 = result[other];
        const t3 = result[last];
        result[last] = t2;
        result[other] = t3;
      }
      return result;
    }
  }
  function order_ranks(layering) {
    let pieces, others, starts, dice, best, start, upwards, near, found;
    pieces = 0;
    const a2 = layering.below;
    for (let i1 = 0; i1 < a2.length; i1++) {
      others = a2[i1];
      pieces = pieces + others.length;
    }
    starts = Math.max(2, Math.min(MOST_STARTS, Math.floor(EFFORT / (pieces + 1))));
    dice = new _Dice(1);
    best = new _Found(-1, []);
    for (let i3 = 0, n4 = starts; i3 < n4; i3++) {
      start = i3;
      upwards = (start % 2) === 0;
      near = upwards ? layering.above : layering.below;
      if (start > 1) {
        near = near.map((others) => dice.shuffled(others));
      }
      found = _improve(_depth_first(layering, near, upwards), layering, upwards);
      if ((start === 0) || (found.crossings < best.crossings)) {
        best = found;
      }
      if (best.crossings === 0) {
        break;
      }
    }
    return _face_forward(best.order, layering);
  }
  function _depth_first(layering, near, upwards) {
    let order, met, items, root, stack, item;
    order = layering.ranks.map((_) => []);
    met = new Array(layering.rank.length).fill(false);
    const a2 = upwards ? layering.ranks.slice().reverse() : layering.ranks;
    for (let i1 = 0; i1 < a2.length; i1++) {
      items = a2[i1];
      const a4 = items;
      for (let i3 = 0; i3 < a4.length; i3++) {
        root = a4[i3];
        stack = [root];
        while (stack.length > 0) {
          item = stack.pop();
          if (!met[item]) {
            met[item] = true;
            order[layering.rank[item]].push(item);
            python.extend(stack, near[item].slice().reverse());
          }
        }
      }
    }
    return order;
  }
  function _improve(order, layering, upwards) {
    let is_flat, position, siblings, best, step, found;
    is_flat = layering.tree.__len__() === 1;
    position = _positions(order, layering);
    siblings = [];
    best = new _Found(-1, []);
    if (is_flat) {
      best = _found(order, position, layering);
    }
    for (let i1 = 0, n2 = SWEEPS; i1 < n2; i1++) {
      step = i1;
      if (best.crossings === 0) {
        break;
      }
      if (!is_flat && (step === (Math.floor(SWEEPS / 2)))) {
        siblings = _sibling_order(order, layering);
        _sort_clusters(order, position, layering, siblings);
      }
      sweep(order, position, layering, ((step % 2) === 1) === upwards, (step % 4) >= 2, siblings);
      if (siblings.length > 0) {
        _sort_clusters(order, position, layering, siblings);
      }
      exchange_neighbours(order, position, layering, 1);
      if (is_flat || (siblings.length > 0)) {
        found = _found(order, position, layering);
        if ((best.crossings < 0) || (found.crossings < best.crossings)) {
          best = found;
        }
      }
    }
    position = _positions(best.order, layering);
    exchange_neighbours(best.order, position, layering, 20);
    return _found(best.order, position, layering);
  }
  function _found(order, position, layering) {
    let crossings;
    crossings = count_crossings(order, position, layering);
    return new _Found(crossings, order.map((items) => items.slice()));
  }
  function count_crossings(order, position, layering) {
    let crossings, items, passed, item, ends, end;
    crossings = 0;
    const a2 = order;
    for (let i1 = 0; i1 < a2.length; i1++) {
      items = a2[i1];
      passed = [];
      const a4 = items;
      for (let i3 = 0; i3 < a4.length; i3++) {
        item = a4[i3];
        ends = layering.below[item].map((other) => position[other]);
        const a6 = ends;
        for (let i5 = 0; i5 < a6.length; i5++) {
          end = a6[i5];
          crossings = crossings + (passed.length - python.bisect_right(passed, end));
        }
        const a8 = ends;
        for (let i7 = 0; i7 < a8.length; i7++) {
          end = a8[i7];
          python.insort(passed, end);
        }
      }
    }
    return crossings;
  }
  function _positions(order, layering) {
    let position, items, place, item;
    position = new Array(layering.rank.length).fill(0);
    const a2 = order;
    for (let i1 = 0; i1 < a2.length; i1++) {
      items = a2[i1];
      const a4 = items;
      for (let i3 = 0; i3 < a4.length; i3++) {
        place = i3;
        item = a4[i3];
        position[item] = place;
      }
    }
    return position;
  }
  function _sibling_order(order, layering) {
    let tree, total, number, items, place, item, cluster, ordered, numbers;
    tree = layering.tree;
    total = new Array(tree.__len__()).fill(0.0);
    number = new Array(tree.__len__()).fill(0);
    const a2 = order;
    for (let i1 = 0; i1 < a2.length; i1++) {
      items = a2[i1];
      const a4 = items;
      for (let i3 = 0; i3 < a4.length; i3++) {
        place = i3;
        item = a4[i3];
        const a6 = tree.between(layering.cluster[item], ROOT);
        for (let i5 = 0; i5 < a6.length; i5++) {
          cluster = a6[i5];
          total[cluster] = total[cluster] + ((place + 0.5) / items.length);
          number[cluster] = number[cluster] + 1;
        }
      }
    }
    ordered = python.sort(python.range(1, tree.__len__(), 1).slice(), (cluster) => total[cluster] / number[cluster]);
    numbers = new Array(tree.__len__()).fill(0);
    const a8 = ordered;
    for (let i7 = 0; i7 < a8.length; i7++) {
      place = i7;
      cluster = a8[i7];
      numbers[cluster] = place;
    }
    return numbers;
  }
  function _sort_clusters(order, position, layering, siblings) {
    let rank, items, means, place, item;
    const a2 = order;
    for (let i1 = 0; i1 < a2.length; i1++) {
      rank = i1;
      items = a2[i1];
      means = new Map(items.map((item) => [item, position[item]]));
      order[rank] = _sort_nested(items, means, layering, siblings);
      const a4 = order[rank];
      for (let i3 = 0; i3 < a4.length; i3++) {
        place = i3;
        item = a4[i3];
        position[item] = place;
      }
    }
  }
  function sweep(order, position, layering, downwards, flip_ties, siblings) {
    let is_flat, near, before, ranks, rank, items, scale, means, item, others, total, other, movable, following, place;
    is_flat = layering.tree.__len__() === 1;
    near = downwards ? layering.above : layering.below;
    before = downwards ? 0 : order.length - 1;
    ranks = downwards ? python.range(1, order.length, 1) : python.range(order.length - 2, -1, -1);
    const a2 = ranks;
    for (let i1 = 0; i1 < a2.length; i1++) {
      rank = a2[i1];
      items = order[rank];
      scale = order[before].length / items.length;
      before = rank;
      means = new Map([]);
      const a4 = items;
      for (let i3 = 0; i3 < a4.length; i3++) {
        item = a4[i3];
        others = near[item];
        if (others.length > 0) {
          total = 0;
          const a6 = others;
          for (let i5 = 0; i5 < a6.length; i5++) {
            other = a6[i5];
            total = total + position[other];
          }
          means.set(item, total / others.length);
        } else {
          if (!is_flat) {
            means.set(item, position[item] * scale);
          }
        }
      }
      movable = items.filter((item) => means.has(item)).map((item) => item);
      if (flip_ties) {
        movable.reverse();
      }
      movable = _sort_nested(movable, means, layering, siblings);
      if (movable.length < items.length) {
        following = 0;
        const a8 = items;
        for (let i7 = 0; i7 < a8.length; i7++) {
          place = i7;
          item = a8[i7];
          if (means.has(item)) {
            items[place] = movable[following];
            following = following + 1;
          }
        }
      } else {
        order[rank] = movable;
      }
      const a10 = order[rank];
      for (let i9 = 0; i9 < a10.length; i9++) {
        place = i9;
        item = a10[i9];
        position[item] = place;
      }
    }
  }
  function _sort_nested(items, means, layering, siblings) {
    let members, number, entries, inner, fitted, cluster, mean, arranged, stack, entry;
    if (layering.tree.__len__() === 1) {
      return python.sort(items.slice(), (x) => means.get(x));
    }
    members = _members_by_cluster(items, layering);
    number = _take_means(items, means, layering);
    for (entries of members.values()) {
      inner = entries.filter((entry) => entry < 0).map((entry) => ~entry);
      if ((siblings.length > 0) && (inner.length > 1)) {
        python.sort(inner, (x) => siblings[x]);
        fitted = isotonic(inner.map((c) => means.get(~c)), inner.map((c) => number.get(c)));
        const a3 = inner;
        const a4 = fitted;
        for (let i2 = 0; i2 < a3.length; i2++) {
          cluster = a3[i2];
          mean = a4[i2];
          means.set(~cluster, mean);
        }
      }
      if (siblings.length > 0) {
        python.sort(entries, (entry) => entry >= 0 ? -1 : siblings[~entry]);
      } else {
        python.sort(entries, (entry) => Math.max(~entry, -1));
      }
      python.sort(entries, (x) => means.get(x));
    }
    arranged = [];
    stack = members.get(ROOT).slice().reverse();
    while (stack.length > 0) {
      entry = stack.pop();
      if (entry >= 0) {
        arranged.push(entry);
      } else {
        python.extend(stack, members.get(~entry).slice().reverse());
      }
    }
    return arranged;
  }
  function _members_by_cluster(items, layering) {
    let members, item, entry, cluster;
    members = new Map([[ROOT, []]]);
    const a2 = items;
    for (let i1 = 0; i1 < a2.length; i1++) {
      item = a2[i1];
      entry = item;
      cluster = layering.cluster[item];
      while (!members.has(cluster)) {
        members.set(cluster, [entry]);
        entry = ~cluster;
        cluster = layering.tree.parent[cluster];
      }
      members.get(cluster).push(entry);
    }
    return members;
  }
  function _take_means(items, means, layering) {
    let number, item, cluster, count;
    number = new Map([]);
    const a2 = items;
    for (let i1 = 0; i1 < a2.length; i1++) {
      item = a2[i1];
      cluster = layering.cluster[item];
      while (cluster !== ROOT) {
        means.set(~cluster, (means.get(~cluster) ?? 0.0) + means.get(item));
        number.set(cluster, (number.get(cluster) ?? 0) + 1);
        cluster = layering.tree.parent[cluster];
      }
    }
    for ([cluster, count] of number) {
      means.set(~cluster, means.get(~cluster) / count);
    }
    return number;
  }
  function exchange_neighbours(order, position, layering, passes) {
    let stale, moved, rank, items;
    stale = new Array(order.length).fill(true);
    for (let i1 = 0, n2 = passes; i1 < n2; i1++) {
      moved = new Array(order.length + 2).fill(false);
      const a4 = order;
      for (let i3 = 0; i3 < a4.length; i3++) {
        rank = i3;
        items = a4[i3];
        if (stale[rank]) {
          moved[rank + 1] = _exchange_in(items, position, layering);
        }
      }
      if (!moved.includes(true)) {
        break;
      }
      stale = python.range(0, order.length, 1).map((rank) => moved[rank] || moved[rank + 1] || moved[rank + 2]);
    }
  }
  function _exchange_in(items, position, layering) {
    let upper, lower, moved, place, first, second, up, up_next, down, down_next, crossings;
    upper = items.map((item) => python.sort(layering.above[item].map((other) => position[other]).slice()));
    lower = items.map((item) => python.sort(layering.below[item].map((other) => position[other]).slice()));
    moved = false;
    for (let i1 = 0, n2 = items.length - 1; i1 < n2; i1++) {
      place = i1;
      first = items[place];
      second = items[place + 1];
      if (layering.cluster[first] !== layering.cluster[second]) {
        continue;
      }
      up = upper[place];
      up_next = upper[place + 1];
      down = lower[place];
      down_next = lower[place + 1];
      if (_in_order(up, up_next) && _in_order(down, down_next)) {
        continue;
      }
      crossings = _inversions(up, up_next) + _inversions(down, down_next);
      if (crossings > (_inversions(up_next, up) + _inversions(down_next, down))) {
        items[place] = second;
        items[place + 1] = first;
        position[first] = place + 1;
        position[second] = place;
        upper[place] = up_next;
        upper[place + 1] = up;
        lower[place] = down_next;
        lower[place + 1] = down;
        moved = true;
      }
    }
    return moved;
  }
  function _in_order(left, right) {
    return (left.length === 0) || (right.length === 0) || (left[left.length - 1] <= right[0]);
  }
  function _inversions(left, right) {
    let crossings, smaller, end;
    crossings = 0;
    smaller = 0;
    const a2 = left;
    for (let i1 = 0; i1 < a2.length; i1++) {
      end = a2[i1];
      while ((smaller < right.length) && (right[smaller] < end)) {
        smaller = smaller + 1;
      }
      crossings = crossings + smaller;
    }
    return crossings;
  }
  function _face_forward(order, layering) {
    let agreement, items, nodes, place, node, alike, item, above, below, around, places;
    agreement = 0;
    const a2 = order;
    for (let i1 = 0; i1 < a2.length; i1++) {
      items = a2[i1];
      nodes = items.filter((item) => item < layering.node_count).map((item) => item);
      const a4 = nodes;
      for (let i3 = 0; i3 < a4.length; i3++) {
        place = i3;
        node = a4[i3];
        agreement = agreement + ((((2 * place) - nodes.length) + 1) * node);
      }
    }
    order = order.map((items) => agreement >= 0 ? items.slice() : items.slice().reverse());
    const a6 = order;
    for (let i5 = 0; i5 < a6.length; i5++) {
      items = a6[i5];
      alike = new Map([]);
      const a8 = items;
      for (let i7 = 0; i7 < a8.length; i7++) {
        place = i7;
        item = a8[i7];
        if (item < layering.node_count) {
          above = python.sort(layering.above[item].slice());
          below = python.sort(layering.below[item].slice());
          around = [layering.cluster[item], ...above, -1, ...below];
          python.setdefault(alike, around.map((other) => String(other)).join(" "), []).push(place);
        }
      }
      for (places of alike.values()) {
        const a11 = places;
        const a12 = python.sort(places.map((p) => items[p]).slice());
        for (let i10 = 0; i10 < a11.length; i10++) {
          place = a11[i10];
          item = a12[i10];
          items[place] = item;
        }
      }
    }
    return order;
  }
  return { order_ranks };
})();

const draw_shapes = (() => {
  const { SMALL } = draw_wording;
  const MARK_SIZE = SMALL - 1;
  const MARK_HEIGHT = SMALL;
  const ABOVE = 3;
  const PARTS = [1 / 2, 1 / 3, 2 / 3, 1 / 6, 5 / 6];
  const MOST_LINES = 3;
  const CELL = 4;
  const COLUMN_OF_CELLS = 2 ** 21;
  function path_data(route) {
    let x, y, parts, end, curve, across, down, steps;
    x = python.rounded(route[0][0]);
    y = python.rounded(route[0][1]);
    parts = [`M${x} ${y}`];
    for (let i1 = 3, n2 = route.length; i1 < n2; i1 += 3) {
      end = i1;
      curve = route.slice(end - 2, end + 1);
      across = curve.map(([to_x, ]) => python.rounded(to_x) - x);
      down = curve.map(([, to_y]) => python.rounded(to_y) - y);
      if ((python.least(down) === 0) && (python.greatest(down) === 0)) {
        parts.push(`h${across[2]}`);
      } else {
        if ((python.least(across) === 0) && (python.greatest(across) === 0)) {
          parts.push(`v${down[2]}`);
        } else {
          steps = python.zip(across, down).map(([step_x, step_y]) => `${step_x} ${step_y}`);
          parts.push(`c${steps.join(" ")}`);
        }
      }
      x = x + across[2];
      y = y + down[2];
    }
    return parts.join("");
  }
  function free_place(route, size, taken, passing, most) {
    let best, fewest, start, is_over, part, x, y, bottom, extent, count;
    best = [];
    fewest = most + 1;
    const a2 = [(Math.floor((Math.floor((route.length - 1) / 3)) / 2)) * 3, route.length - 4, 0];
    for (let i1 = 0; i1 < a2.length; i1++) {
      start = a2[i1];
      const a4 = [true, false];
      for (let i3 = 0; i3 < a4.length; i3++) {
        is_over = a4[i3];
        const a6 = PARTS;
        for (let i5 = 0; i5 < a6.length; i5++) {
          part = a6[i5];
          const t7 = point_on(route.slice(start, start + 4), part);
          x = t7[0];
          y = t7[1];
          bottom = is_over ? y - ABOVE : y + size[1];
          extent = [x - (size[0] / 2), bottom - size[1], x + (size[0] / 2), bottom];
          if (is_free(extent, taken)) {
            count = lines_through(extent, y, passing);
            if (count < fewest) {
              best = [extent];
              fewest = count;
            }
            if (fewest <= 1) {
              return best;
            }
          }
        }
      }
    }
    return best;
  }
  function is_free(extent, taken) {
    let left, top, right, bottom, other_left, other_top, other_right, other_bottom;
    const t1 = extent;
    left = t1[0];
    top = t1[1];
    right = t1[2];
    bottom = t1[3];
    const a3 = taken;
    for (let i2 = 0; i2 < a3.length; i2++) {
      const t4 = a3[i2];
      other_left = t4[0];
      other_top = t4[1];
      other_right = t4[2];
      other_bottom = t4[3];
      if ((left < other_right) && (other_left < right) && (top < other_bottom) && (other_top < bottom)) {
        return false;
      }
    }
    return true;
  }
  function point_on(curve, part) {
    let rest, first, second, third, last, x, y;
    rest = 1 - part;
    first = (rest * rest) * rest;
    second = ((3 * rest) * rest) * part;
    third = ((3 * rest) * part) * part;
    last = (part * part) * part;
    x = (((first * curve[0][0]) + (second * curve[1][0])) + (third * curve[2][0])) + (last * curve[3][0]);
    y = (((first * curve[0][1]) + (second * curve[1][1])) + (third * curve[2][1])) + (last * curve[3][1]);
    return [x, y];
  }
  function lines_through(extent, y, passing) {
    let left, top, right, bottom, lines, column, row, line;
    const t1 = extent;
    left = t1[0];
    top = t1[1];
    right = t1[2];
    bottom = t1[3];
    lines = new Set();
    for (let i2 = cell_at(left), n3 = cell_at(right) + 1; i2 < n3; i2++) {
      column = i2;
      for (let i4 = cell_at(Math.min(top, y)), n5 = cell_at(Math.max(bottom, y)) + 1; i4 < n5; i4++) {
        row = i4;
        const a7 = (passing.get((column * COLUMN_OF_CELLS) + row) ?? []);
        for (let i6 = 0; i6 < a7.length; i6++) {
          line = a7[i6];
          lines.add(line);
        }
      }
    }
    return lines.size;
  }
  function cells_of(routes) {
    let passing, number, route, end, curve, across, down, pieces, piece, x, y, lines;
    passing = new Map([]);
    const a2 = routes;
    for (let i1 = 0; i1 < a2.length; i1++) {
      number = i1;
      route = a2[i1];
      for (let i3 = 3, n4 = route.length; i3 < n4; i3 += 3) {
        end = i3;
        curve = route.slice(end - 3, end + 1);
        across = curve[3][0] - curve[0][0];
        down = curve[3][1] - curve[0][1];
        pieces = 1 + Math.trunc(Math.sqrt((across * across) + (down * down)) / CELL);
        for (let i5 = 0, n6 = pieces + 1; i5 < n6; i5++) {
          piece = i5;
          const t7 = point_on(curve, piece / pieces);
          x = t7[0];
          y = t7[1];
          lines = python.setdefault(passing, (cell_at(x) * COLUMN_OF_CELLS) + cell_at(y), []);
          if ((lines.length === 0) || (lines[lines.length - 1] !== number)) {
            lines.push(number);
          }
        }
      }
    }
    return passing;
  }
  function cell_at(length) {
    return Math.trunc(Math.floor(length / CELL));
  }
  return { MARK_SIZE, MARK_HEIGHT, MOST_LINES, path_data, free_place, cells_of };
})();

const page_words = (() => {
  const { WIDEST } = formula_words;
  const { significant, product_of, counted } = visualize_text;
  const { slope_mark } = draw_wording;
  const { Gradient } = scene_gradient;
  const SENT = ["What it sends back", "operand", "local derivative", "sent"];
  const RECEIVED = ["Where its gradient comes from", "from", "gradient × local", "got"];
  const PRODUCTS = ["Its products", "term", "", "number"];
  const TERMS = ["Its terms", "term", "", "number"];
  const LARGEST = ["Largest gradients", "value", "data", "grad"];
  const PATHS = "Paths to the output";
  const PLACE = "Where";
  const START = "the start";
  const SUM = "sum";
  const NUMBER = "a number";
  const NONE = "none";
  const NOTHING = "nothing";
  const DATA = "data";
  const GRAD = "grad";
  const ZERO = "zero";
  const MADE_OF = "made of";
  const MADE_AT = "made at";
  const MODULE = "in";
  const LEAF = "leaf";
  const OUTPUT = "output";
  const AGAIN = "again";
  const OPEN = "Open";
  const HIGHLIGHT = "Highlight its paths";
  const BACKPROPAGATION = "Backpropagation";
  const STALE = "Stale";
  const GIVEN = "Given";
  const BACKWARD = "Backward";
  const DONE = "Done";
  const PLAY = "Play";
  const PAUSE = "Pause";
  const LATER = "–";
  const FORMULA_COLUMNS = WIDEST;
  const EQUATION_COLUMNS = 120;
  const RULE_COLUMNS = 80;
  const MOST_KINDS = 8;
  const MOST_COUNTED = 9000000000000000;
  const TAGS = new Map([["pending", "no gradient yet"], ["unreached", "not reached"], ["zero", "gradient 0"], ["earlier", "earlier gradient"], ["infinite", "infinite gradient"], ["nan", "gradient is nan"]]);
  function line_mark(which, slope) {
    let shown;
    shown = slope === null ? "no ∂" : slope_mark(slope);
    return which !== "" ? `${which}: ${shown}` : shown;
  }
  function zeros_line(count) {
    return `${counted(count, "gradient")} exactly 0`;
  }
  function more_line(count, noun) {
    return counted(count, `more ${noun}`);
  }
  function place_among(place, count) {
    if (count === 0) {
      return NONE;
    }
    return place > 0 ? `${python.thousands(place)} of ${python.thousands(count)}` : `${python.thousands(count)}`;
  }
  function step_line(step, last, head) {
    return step >= 0 ? `step ${step} of ${last}: ${head}` : "recorded numbers";
  }
  function closing_title(titles) {
    return `Close ${titles.join(" / ")}`;
  }
  function meaning(gradient, name, outputs) {
    let why, direction, size;
    if (gradient.state === "pending") {
      return "No backward pass has run yet. Play the steps to see what it would bring.";
    }
    if (gradient.state === "unreached") {
      return `The backward pass did not come here: no way from ${outputs} carries a gradient.`;
    }
    if (gradient.state === "zero") {
      why = gradient.remark !== "" ? ` (${gradient.remark})` : "";
      return `The backward pass came here and brought exactly 0${why}: at this point a small change of ${name} changes nothing.`;
    }
    if (gradient.state === "earlier") {
      return "The gradient is of an earlier pass: it does not belong to these numbers, or came from elsewhere.";
    }
    if (gradient.state === "nan") {
      return "Not a number: something undefined, such as 0/0 or inf - inf, was met on the way.";
    }
    if (gradient.state === "infinite") {
      return `Infinite: ${outputs} is vertical here, or a number overflowed on the way.`;
    }
    direction = gradient.value > 0 ? "rises" : "falls";
    size = significant(Math.abs(gradient.value));
    return `If ${name} grows by a little, ${outputs} ${direction} by ${size} times as much.`;
  }
  function running_line(gradient) {
    return gradient.state === "pending" ? "grad –" : `grad ${significant(gradient.value)}`;
  }
  function sum_of_names(names) {
    return names.length > 3 ? `the sum of ${names.length} outputs` : names.join(" + ");
  }
  function given_caption(leaves) {
    let hold;
    hold = leaves === 1 ? "holds its number" : "hold their numbers";
    return `${counted(leaves, "leaf", "leaves")} ${hold}. Forward: every operation computes its value from its operands.`;
  }
  function seed_caption(names, gradient) {
    let start;
    if (names.length > 1) {
      return `The backward pass begins at ${names.length} outputs at once: gradients are those of their sum.`;
    }
    if (gradient === 1) {
      return `The backward pass begins at ${names[0]}: its derivative with respect to itself is 1.`;
    }
    start = significant(gradient);
    return `The backward pass begins at ${names[0]} with the gradient ${start}.`;
  }
  function contribution_caption(name, rule, gradient, local, sent, total) {
    let shown, is_worth_saying, derived, product;
    shown = significant(local);
    is_worth_saying = (!["", shown].includes(rule)) && (rule.length <= 60);
    derived = is_worth_saying ? `${rule} = ${shown}` : shown;
    product = `${product_of(gradient, local, sent)} = ${significant(sent)}`;
    if (gradient === 0) {
      product = "0 (a gradient of 0 sends 0)";
    }
    return `to ${name}: local derivative ${derived}, sends ${product}, total ${significant(total)}`;
  }
  function many_caption(count, name, sent, total) {
    return `it sends gradient × local derivative to ${counted(count, "operand")}, most to ${name}: ${significant(sent)}, total ${significant(total)}`;
  }
  function backward_caption(gradient, clauses) {
    let sent;
    sent = clauses.join("; ");
    if (clauses.length === 0) {
      sent = "this operation has no derivative, so it sends nothing";
    }
    return `gradient ${significant(gradient)} arrives; ${sent}.`;
  }
  function forward_caption(written, data, is_current) {
    let equals;
    equals = is_current ? "=" : "was, when it was computed,";
    return `${written} ${equals} ${significant(data)}`;
  }
  function end_caption(name, largest) {
    let most;
    most = name !== "" ? ` The largest is ${significant(largest)}, at ${name}.` : "";
    return `Every gradient is complete.${most}`;
  }
  function mismatch_note(name, recorded, more) {
    let rest;
    rest = more > 0 ? ` and ${more} more` : "";
    return ` The graph has ${significant(recorded)} recorded at ${name}${rest}: leaves add up over several backward passes until zero_grad().`;
  }
  function waiting_caption(is_stale) {
    if (is_stale) {
      return "A leaf was changed after the graph was computed: call forward() on the output, then draw it again.";
    }
    return "Play it step by step: first forward, every value; then backward, every gradient.";
  }
  function paths_note(count, product) {
    let shown, many;
    shown = significant(product);
    if (count === 1) {
      return `One path carries its gradient; the product of the local derivatives is ${shown}:`;
    }
    many = count <= MOST_COUNTED ? `${python.thousands(count)}` : `more than ${python.thousands(MOST_COUNTED)}`;
    return `Its gradient is the sum over ${many} paths; on the one that weighs most the product of the local derivatives is ${shown}:`;
  }
  function operands_note(name, gradient, arrives) {
    let sent;
    sent = arrives ? `gradient ${significant(gradient)} × local = sent` : "no gradient arrives";
    return `For each operand: the local derivative ∂${name}/∂operand; ${sent}.`;
  }
  function state_tag(state) {
    return (TAGS.get(state) ?? "");
  }
  function size_note(values, boxes, is_whole) {
    if (is_whole) {
      return `all ${counted(values, "value")}`;
    }
    return `${counted(values, "value")} in ${counted(boxes, "box")}`;
  }
  return { SENT, RECEIVED, PRODUCTS, TERMS, LARGEST, PATHS, PLACE, START, SUM, NUMBER, NONE, NOTHING, DATA, GRAD, ZERO, MADE_OF, MADE_AT, MODULE, LEAF, OUTPUT, AGAIN, OPEN, HIGHLIGHT, BACKPROPAGATION, STALE, GIVEN, BACKWARD, DONE, PLAY, PAUSE, LATER, FORMULA_COLUMNS, EQUATION_COLUMNS, RULE_COLUMNS, MOST_KINDS, line_mark, zeros_line, more_line, place_among, step_line, closing_title, meaning, running_line, sum_of_names, given_caption, seed_caption, contribution_caption, many_caption, backward_caption, forward_caption, end_caption, mismatch_note, waiting_caption, paths_note, operands_note, state_tag, size_note };
})();

const layout_layered = (() => {
  const { build_layering, Geometry, route_edges, Spacing, parallel_offsets, cluster_tree, ClusterTree, ranks_spanned, ROOT } = layout_layering;
  const { place_across } = layout_placement;
  const { place_along, rank_nodes } = layout_ranks;
  const { order_ranks } = layout_order;
  const RANK_GAP = 36;
  const NODE_GAP = 10;
  const TITLE_HEIGHT = 16;
  const CLUSTER_PADDING = 8.0;
  const BEND_GAP = 0.6;
  const FREE_ITEMS = 1000;
  const ITEMS_PER_NODE = 4;
  const MOST_SPANNED = 50000;
  const STEPS = 100000;
  class Placed {
    constructor(boxes, routes, paths, frames, width, height) {
      this.boxes = boxes;
      this.routes = routes;
      this.paths = paths;
      this.frames = frames;
      this.width = width;
      this.height = height;
    }
    get clusters() {
      return new Map(python.zip(this.paths, this.frames));
    }
  }
  function place(sizes, edges, groups, rankdir, rank_gap, node_gap, title_height, title_width) {
    let is_sideways, tree, ranks, layering, titled, wide, none, half, geometry, chain, offset, bend;
    if (sizes.length === 0) {
      return new Placed([], [], [], [], 0.0, 0.0);
    }
    is_sideways = rankdir === "LR";
    const t1 = _ranked(edges, groups);
    tree = t1[0];
    ranks = t1[1];
    layering = build_layering(ranks, edges, tree, FREE_ITEMS + (ITEMS_PER_NODE * sizes.length), STEPS);
    titled = CLUSTER_PADDING + title_height;
    wide = tree.paths.map((path) => path.length > 0 ? title_width(path) : 0.0);
    none = new Array(tree.__len__()).fill(0.0);
    half = sizes.map(([width, height]) => (is_sideways ? height : width) / 2);
    python.extend(half, new Array(layering.rank.length - sizes.length).fill(0.0));
    geometry = new Geometry(layering, new Spacing(rank_gap, node_gap, BEND_GAP * node_gap, is_sideways ? CLUSTER_PADDING : titled, CLUSTER_PADDING, is_sideways ? titled : CLUSTER_PADDING, CLUSTER_PADDING), sizes.map(([width, height]) => is_sideways ? width : height), half, parallel_offsets(edges, sizes.length), is_sideways ? wide : none, is_sideways ? none : wide, order_ranks(layering));
    const a3 = layering.chains;
    const a4 = geometry.offsets;
    for (let i2 = 0; i2 < a3.length; i2++) {
      chain = a3[i2];
      offset = a4[i2];
      const a6 = chain.slice(1, -1);
      for (let i5 = 0; i5 < a6.length; i5++) {
        bend = a6[i5];
        half[bend] = Math.max(half[bend], Math.abs(offset));
      }
    }
    place_across(geometry);
    place_along(geometry);
    _place_frames(geometry);
    return _turned(sizes, route_edges(edges, geometry), geometry, is_sideways);
  }
  function _ranked(edges, groups) {
    let paths, tree, ranks, deepest;
    paths = groups.slice();
    tree = cluster_tree(paths);
    ranks = rank_nodes(paths.length, edges, tree);
    while (ranks_spanned(ranks, tree) > MOST_SPANNED) {
      deepest = python.greatest(tree.depth);
      paths = paths.map((path) => path.slice(0, deepest - 1));
      tree = cluster_tree(paths);
      ranks = rank_nodes(paths.length, edges, tree);
    }
    return [tree, ranks];
  }
  function _place_frames(geometry) {
    let layering, spacing, tree, around, item, cluster, low, high, start, end, along, across, parent;
    layering = geometry.layering;
    spacing = geometry.spacing;
    tree = layering.tree;
    around = new Array(tree.__len__()).fill([Infinity, -Infinity, Infinity, -Infinity]);
    const a2 = layering.cluster;
    for (let i1 = 0; i1 < a2.length; i1++) {
      item = i1;
      cluster = a2[i1];
      if (layering.is_placeholder(item)) {
        continue;
      }
      low = geometry.centre[item] - geometry.half[item];
      high = geometry.centre[item] + geometry.half[item];
      start = Infinity;
      end = -Infinity;
      if (item < layering.node_count) {
        const t3 = geometry.along[item];
        start = t3[0];
        end = t3[1];
      }
      around[cluster] = _joined(around[cluster], [start, end, low, high]);
    }
    for (let i4 = tree.__len__() - 1, n5 = ROOT; i4 > n5; i4--) {
      cluster = i4;
      const t6 = around[cluster];
      start = t6[0];
      end = t6[1];
      low = t6[2];
      high = t6[3];
      along = [start - spacing.start, end + spacing.end];
      across = [low - spacing.low, high + spacing.high];
      along = _grown(along, geometry.least_along[cluster], geometry.reach[cluster]);
      across = _grown(across, geometry.least_across[cluster], geometry.lanes[cluster]);
      around[cluster] = [along[0], along[1], across[0], across[1]];
      parent = tree.parent[cluster];
      around[parent] = _joined(around[parent], around[cluster]);
    }
    geometry.frames = around;
  }
  function _joined(first, second) {
    return [Math.min(first[0], second[0]), Math.max(first[1], second[1]), Math.min(first[2], second[2]), Math.max(first[3], second[3])];
  }
  function _grown(span, least, room) {
    let low, high, missing, start;
    const t1 = span;
    low = t1[0];
    high = t1[1];
    missing = least - (high - low);
    if (missing <= 0) {
      return span;
    }
    start = Math.min(Math.max(low - (missing / 2), room[0]), room[1] - least);
    return [start, start + least];
  }
  function _turned(sizes, routes, geometry, is_sideways) {
    let start, end, low, high, route, across, boxes, node, width, height, x, y, frames, frame, length, breadth;
    const t1 = geometry.frames[0];
    start = t1[0];
    end = t1[1];
    low = t1[2];
    high = t1[3];
    const a3 = routes;
    for (let i2 = 0; i2 < a3.length; i2++) {
      route = a3[i2];
      const a5 = route;
      for (let i4 = 0; i4 < a5.length; i4++) {
        const t6 = a5[i4];
        across = t6[1];
        low = Math.min(low, across);
        high = Math.max(high, across);
      }
    }
    function point(along, across) {
      let place;
      place = [along - start, across - low];
      return is_sideways ? place : [place[1], place[0]];
    }
    boxes = [];
    const a8 = sizes;
    for (let i7 = 0; i7 < a8.length; i7++) {
      node = i7;
      const t9 = a8[i7];
      width = t9[0];
      height = t9[1];
      const t10 = point(geometry.along[node][0], geometry.centre[node] - geometry.half[node]);
      x = t10[0];
      y = t10[1];
      boxes.push([x, y, width, height]);
    }
    frames = [];
    const a12 = geometry.frames.slice(1);
    for (let i11 = 0; i11 < a12.length; i11++) {
      frame = a12[i11];
      const t13 = point(frame[0], frame[2]);
      x = t13[0];
      y = t13[1];
      length = frame[1] - frame[0];
      breadth = frame[3] - frame[2];
      const t14 = is_sideways ? [length, breadth] : [breadth, length];
      width = t14[0];
      height = t14[1];
      frames.push([x, y, width, height]);
    }
    return new Placed(boxes, routes.map((route) => route.map(([along, across]) => point(along, across))), geometry.layering.tree.paths.slice(1), frames, is_sideways ? end - start : high - low, is_sideways ? high - low : end - start);
  }
  return { RANK_GAP, NODE_GAP, TITLE_HEIGHT, place };
})();

const draw_svg = (() => {
  const { RANK_GAP } = layout_layered;
  const { FONT_SIZE, COLUMN, width_of } = draw_wording;
  const INSET = 6;
  const WIDE_TITLE = 24;
  function rank_gap(rankdir, marks) {
    return rankdir === "LR" ? Math.max(RANK_GAP, 16 + python.greatest(marks, 0.0)) : RANK_GAP;
  }
  function title_room(count, font_size) {
    return width_of(count, font_size) + (2 * INSET);
  }
  function title_columns(width, font_size) {
    return Math.max(1, Math.trunc(((width - (2 * INSET)) + 0.01) / ((COLUMN * font_size) / FONT_SIZE)));
  }
  return { INSET, WIDE_TITLE, rank_gap, title_room, title_columns };
})();

const { FEW, KEPT, MOST_EDGES, significant, in_digits: inDigits, exact, product_of: productOf, counted, left_out: leftOut, times, on_numbers: onNumbers, on_operands: onOperands, columns_by: columnsBy, cut_by: cutBy } = visualize_text;

const { boxes_in_order: boxesInOrder, copied, links, outermost_closed: outermostClosed, path_key: pathKey, shared_boxes: sharedBoxes } = visualize_boxes;

const { NODE_GAP, RANK_GAP, TITLE_HEIGHT, place } = layout_layered;

const { FEW_INSIDE, part_title: partTitle } = scene_collapse;

const { kinds_of: kindsOf, range_of: rangeOf } = scene_compose;

const { Gradient, gradient_of: gradientOf, is_of_one_pass: isOfOnePass, largest_at: largestAt, largest_size: largestSize, product_sent: productSent, shown_for_many: shownForMany } = scene_gradient;

const { BOX_CORNER, FONT_SIZE, FRAME_CORNER, GROUP_COLUMNS, LINE, PADDING, data_line: dataLine, data_range: dataRange, kinds_line: kindsLine, largest_line: largestLine, position_mark: positionMark, size_by: sizeBy, spoken, width_of: widthOf } = draw_wording;

const { line_width: lineWidth, look_by: lookBy } = draw_palette;

const { MARK_HEIGHT, MARK_SIZE, MOST_LINES, cells_of: cellsOf, free_place: freePlace, path_data: pathData } = draw_shapes;

const { INSET, WIDE_TITLE, rank_gap: rankGap, title_columns: titleColumns, title_room: titleRoom } = draw_svg;

const { filled } = formula_rules;

const { largest_prefixes: largestPrefixes, path_counts: pathCounts, values_of: valuesOf, values_on_paths: valuesOnPaths } = steps_numbered;

const { AGAIN, BACKPROPAGATION, BACKWARD, DATA, DONE, EQUATION_COLUMNS, FORMULA_COLUMNS, GIVEN, GRAD, HIGHLIGHT, LARGEST, LATER, LEAF, MADE_AT, MADE_OF, MODULE, MOST_KINDS, NONE, NOTHING, NUMBER, OPEN, OUTPUT, PATHS, PAUSE, PLACE, PLAY, PRODUCTS, RECEIVED, RULE_COLUMNS, SENT, STALE, START, SUM, TERMS, ZERO, backward_caption: backwardCaption, closing_title: closingTitle, contribution_caption: contributionCaption, end_caption: endCaption, forward_caption: forwardCaption, given_caption: givenCaption, line_mark: lineMark, many_caption: manyCaption, meaning, mismatch_note: mismatchNote, more_line: moreLine, operands_note: operandsNote, paths_note: pathsNote, place_among: placeAmong, running_line: runningLine, seed_caption: seedCaption, size_note: sizeNote, state_tag: stateTag, step_line: stepLine, sum_of_names: sumOfNames, waiting_caption: waitingCaption, zeros_line: zerosLine } = page_words;
