// Elements of the document. Text goes in as text nodes only, so that no label is ever markup.

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

/** Return an SVG element with some attributes and children; strings become text. */
function svgElement(name, attributes = {}, ...children) {
  return withAttributes(document.createElementNS(SVG_NAMESPACE, name), attributes, children);
}

/** Return an HTML element with some attributes and children; strings become text. */
function element(name, attributes = {}, ...children) {
  return withAttributes(document.createElement(name), attributes, children);
}

/** Set attributes, but for those that are null, and append children. */
function withAttributes(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Return the element with an id. */
function byId(id) {
  return document.getElementById(id);
}

/** Write a text where it is not written already: the browser then has nothing to do. */
function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** Set an attribute where it changes, and remove it for null. */
function setAttribute(target, name, value) {
  if (value === null) target.removeAttribute(name);
  else if (target.getAttribute(name) !== String(value)) target.setAttribute(name, value);
}
