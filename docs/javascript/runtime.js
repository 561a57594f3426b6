// What Python has and JavaScript lacks, for modules that are written as a script.

const python = {
  range(start, end, step) {
    const numbers = [];
    for (let n = start; step > 0 ? n < end : n > end; n += step) numbers.push(n);
    return numbers;
  },
  zip: (first, ...others) => first.map((item, i) => [item, ...others.map((other) => other[i])]),
  greatest: (items, none) => (items.length ? items.reduce((a, b) => Math.max(a, b)) : none),
  least: (items, none) => (items.length ? items.reduce((a, b) => Math.min(a, b)) : none),
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
};
