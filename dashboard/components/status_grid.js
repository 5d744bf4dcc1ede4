// Draws the board from plain data; every text is set as text, so that none can become markup.
const make = (name, css, text) => {
  const element = document.createElement(name);
  if (css) element.className = css;
  if (text !== undefined) element.textContent = text;
  return element;
};

const head = (data) => {
  const row = make("tr");
  row.append(make("th", "corner", ""));
  data.days.forEach((day) => {
    const cell = make("th", day.weekend ? "day weekend" : "day");
    cell.scope = "col";
    if (day.month) cell.append(make("span", "month", day.month));
    cell.append(make("span", "number", day.number));
    cell.title = day.name;
    if (day.iso === data.selected) cell.classList.add("here");
    row.append(cell);
  });
  const section = make("thead");
  section.append(row);
  return section;
};

const lamp = (cell, day, label, data, choose) => {
  const place = make("td", day.iso === data.selected ? "here" : "");
  const button = make("button", `lamp ${cell.css}`, cell.glyph);
  button.type = "button";
  button.tabIndex = -1;
  button.dataset.day = day.iso;
  button.title = `${label}, ${day.name}: ${cell.title}`;
  button.setAttribute("aria-label", button.title);
  if (day.iso === data.selected) button.setAttribute("aria-current", "date");
  if (data.clickable) button.onclick = () => choose(day.iso);
  else button.disabled = true;
  place.append(button);
  return place;
};

const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

const walk = (event, grid) => {
  const move = moves[event.key];
  if (!move) return;
  const row = grid.findIndex((line) => line.includes(event.target));
  if (row < 0) return;
  const next = grid[row + move[0]]?.[grid[row].indexOf(event.target) + move[1]];
  if (!next) return;
  event.preventDefault();
  event.target.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
};

export default function ({ parentElement, data, setTriggerValue }) {
  const board = parentElement.querySelector(".board");
  const table = make("table", data.compact ? "compact" : "");
  const body = make("tbody");
  const grid = data.rows.map((line) => {
    const row = make("tr");
    const label = make("th", "label", line.label);
    label.scope = "row";
    row.append(label);
    line.cells.forEach((cell, i) =>
      row.append(lamp(cell, data.days[i], line.label, data, (day) => setTriggerValue("day", day)))
    );
    body.append(row);
    return [...row.querySelectorAll("button")];
  });
  const first = grid[0]?.find((one) => one.dataset.day === data.selected) ?? grid[0]?.at(-1);
  if (first) first.tabIndex = 0;
  table.append(head(data), body);
  table.onkeydown = (event) => walk(event, grid);
  board.replaceChildren(table);
  board.scrollLeft = board.scrollWidth;
}
