// Draws the board from plain data; every text is set as text, so that none can become markup.
const make = (name, css, text) => {
  const element = document.createElement(name);
  if (css) element.className = css;
  if (text !== undefined) element.textContent = text;
  return element;
};

// As many days as there is room for, the chosen one among them: the strip never scrolls sideways.
const fitting = (data, width) => {
  const room = Math.max(5, Math.floor((width - (data.compact ? 0 : data.labelled)) / data.cell));
  const total = data.days.length;
  if (room >= total) return data;
  const chosen = data.days.findIndex((day) => day.iso === data.selected);
  const last = Math.min(total, Math.max(room, (chosen < 0 ? total : chosen + 1 + Math.floor(room / 3))));
  const cut = (list) => list.slice(last - room, last);
  return { ...data, days: cut(data.days),
    rows: data.rows.map((row) => ({ ...row, cells: cut(row.cells) })) };
};

const head = (data) => {
  const row = make("tr");
  row.append(make("td", data.compact ? "unseen" : "corner", ""));
  data.days.forEach((day) => {
    const cell = make("th", day.weekend ? "day weekend" : "day");
    cell.scope = "col";
    if (day.month) cell.append(make("span", "month", day.month));
    else if (data.compact) cell.append(make("span", "number", day.number));
    if (!data.compact) cell.append(make("span", "number", day.number));
    cell.title = day.name;
    if (day.closed) cell.classList.add("closed");
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
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const sizes = { cell: (data.compact ? 1.5 : 1.55) * rem, labelled: 12.5 * rem };
  let drawn = 0;
  const draw = () => {
    const shown = fitting({ ...data, ...sizes }, board.clientWidth || innerWidth);
    if (shown.days.length === drawn) return;
    drawn = shown.days.length;
    const table = make("table", data.compact ? "compact" : "");
    const body = make("tbody");
    const grid = shown.rows.map((line) => {
      const row = make("tr");
      const label = make("th", data.compact ? "unseen" : "label", line.label);
      label.scope = "row";
      row.append(label);
      line.cells.forEach((cell, i) =>
        row.append(lamp(cell, shown.days[i], line.label, data, (day) => setTriggerValue("day", day)))
      );
      body.append(row);
      return [...row.querySelectorAll("button")];
    });
    const first = grid[0]?.find((one) => one.dataset.day === data.selected) ?? grid[0]?.at(-1);
    if (first) first.tabIndex = 0;
    table.append(head(shown), body);
    table.onkeydown = (event) => walk(event, grid);
    board.replaceChildren(table);
  };
  draw();
  const watcher = new ResizeObserver(draw);
  watcher.observe(board);
  return () => watcher.disconnect();
}
