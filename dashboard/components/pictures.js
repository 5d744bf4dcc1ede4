// Draws pictures from plain data; every text is set as text, so that none can become markup.
const SVG = "http://www.w3.org/2000/svg";
const SHAPES = ["rect", "line", "text"];

const make = (name, css, text) => {
  const element = document.createElement(name);
  element.className = css;
  element.textContent = text;
  return element;
};

const shape = ({ name, text, ...attributes }) => {
  if (!SHAPES.includes(name)) throw new Error(`no shape: ${name}`);
  const element = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  if (text !== undefined) element.textContent = text;
  return element;
};

const picture = (data) => {
  const figure = make("figure", data.css, "");
  const head = document.createElement("figcaption");
  head.append(make("span", "title", data.title), make("span", "now", data.now));
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", data.box);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", data.words);
  svg.append(...data.shapes.map(shape));
  figure.append(head, svg);
  return figure;
};

export default function ({ parentElement, data }) {
  parentElement.querySelector(".pictures").replaceChildren(...data.pictures.map(picture));
}
