// Tables that sort, filter and are copied with all their digits.
const FIRST = 12; // rows that are shown at first
const SHORT = 28; // signs of a name that stays on one line

// What spreadsheets take for a formula is text with an apostrophe before it, as in the files of a plan.
const FORMULA = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const forSheets = (text) => {
  const plain = FORMULA.test(text) ? `'${text}` : text;
  return /["\t\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
};

class Sheet {
  constructor(table, inside) {
    this.table = table;
    this.columns = table.columns;
    this.count = this.columns.length ? this.columns[0].values.length : 0;
    this.order = [...Array(this.count).keys()];
    this.sorted = { column: -1, direction: 0 };
    this.terms = [];
    this.whole = this.count <= FIRST + 3;
    this.kinds = this.columns.find((column) => column.title === "kind" && column.kind === "word");
    this.most = this.columns.map((column) => Math.max(0, ...column.values.map((one) => Math.abs(valued(one)) || 0).filter(Number.isFinite)));
    this.width = this.columns.map((column) => (column.kind === "number" ? "" : this.longest(column) > SHORT ? "long" : "short"));
    this.build(inside);
  }

  longest(column) {
    return Math.max(0, ...column.values.map((place) => (place === null ? 0 : words[place].length)));
  }

  word(column, row) {
    const place = column.values[row];
    return place === null ? "" : words[place];
  }

  build(inside) {
    this.search = element("input", { type: "search", placeholder: "words" });
    this.search.addEventListener("input", () => this.filter(this.search.value));
    const copy = element("button", { type: "button" }, "Copy for a spreadsheet");
    copy.addEventListener("click", () => this.copy());
    const filter = element("label", {}, "Filter", this.search);
    this.tools = element("div", { className: "tools" }, ...(this.count > 5 ? [filter] : []), copy);
    this.heads = this.columns.map((column, k) => {
      const button = element("button", { type: "button" }, named(column.title));
      button.addEventListener("click", () => this.sort(k));
      return element("th", { scope: "col", className: column.kind === "number" ? "number" : "word", "aria-sort": "none" }, button);
    });
    this.body = element("tbody");
    this.body.addEventListener("keydown", (event) => this.move(event));
    const caption = element("caption", inside ? { className: "unseen" } : {}, this.table.caption);
    const table = element("table", {}, caption, element("thead", {}, element("tr", {}, ...this.heads)), this.body);
    this.more = element("p", { className: "more" });
    const scroll = element("div", { className: "scroll", tabIndex: 0, role: "region" }, table);
    scroll.setAttribute("aria-label", this.table.caption);
    this.element = element("div", { className: "sheet" }, this.tools, scroll, this.more);
    this.show();
  }

  // The rows that are wanted, in the order that is wanted.
  chosen() {
    let rows = this.order;
    if (this.terms.length) {
      const searched = this.columns.filter((column) => column.kind !== "number");
      rows = rows.filter((row) => {
        const text = searched.map((column) => this.word(column, row)).join(" ").toLowerCase();
        return this.terms.every((term) => text.includes(term));
      });
    }
    const { column, direction } = this.sorted;
    if (!direction) return rows;
    const by = this.columns[column];
    const collator = new Intl.Collator(undefined, { numeric: true });
    const compare =
      by.kind === "number"
        ? (one, other) => valued(by.values[one]) - valued(by.values[other]) || 0
        : (one, other) => collator.compare(this.word(by, one), this.word(by, other));
    const missing = (row) => by.values[row] === null;
    return [...rows].sort((one, other) => missing(one) - missing(other) || (missing(one) ? 0 : direction * compare(one, other)) || one - other);
  }

  show() {
    const rows = this.chosen();
    const shown = this.whole ? rows : rows.slice(0, FIRST);
    this.body.replaceChildren(...shown.map((row) => this.row(row)));
    this.body.querySelectorAll("button.name").forEach((button, k) => (button.tabIndex = k ? -1 : 0));
    const { rows: all, zeros } = this.table;
    const held = all - zeros > this.count ? ` Of ${readable(all - zeros)} rows the ${readable(this.count)} with the largest numbers are in this page; all of them are in the answer's own tables.` : "";
    const nothing = zeros ? ` ${readable(zeros)} more rows hold nothing but zeros.` : "";
    this.more.replaceChildren();
    if (rows.length > shown.length || (this.whole && rows.length > FIRST + 3)) {
      const button = element("button", { type: "button" }, this.whole ? "Show fewer" : `Show all ${readable(rows.length)}`);
      button.addEventListener("click", () => {
        this.whole = !this.whole;
        this.show();
        this.more.querySelector("button")?.focus();
      });
      this.more.append(`${readable(shown.length)} of ${readable(rows.length)} rows. `, button);
    } else if (this.terms.length) this.more.append(`${readable(rows.length)} of ${readable(this.count)} rows.`);
    this.more.append(held + nothing);
  }

  row(row) {
    const cells = this.columns.map((column, k) => {
      if (column.kind === "number") return this.number(column, k, row);
      const text = this.word(column, row);
      const good = column.kind === "good" || (this.kinds && column.title === "name" && this.isGood(row));
      const content = good && isExplained(text) ? this.button(text, row) : named(text);
      return k ? element("td", { className: `word ${this.width[k]}` }, content) : element("th", { scope: "row", className: this.width[k] }, content);
    });
    return element("tr", {}, ...cells);
  }

  isGood(row) {
    return ["good", "input", "demand"].includes(this.word(this.kinds, row));
  }

  button(text, row) {
    const button = element("button", { type: "button", className: "name", title: "Explain" }, named(text));
    const period = this.columns.find((column) => column.title === "period" && column.kind === "word");
    button.addEventListener("click", () => explain(text, period ? this.word(period, row) : null));
    return button;
  }

  number(column, k, row) {
    const value = valued(column.values[row]);
    const cell = element("td", { className: "number", title: exact(value) }, readable(value));
    cell.dataset.value = exact(value);
    if (column.look && value && Number.isFinite(value)) {
      const most = column.look === "bar" ? this.most[k] : this.mostOf(row);
      cell.classList.add(column.look);
      cell.classList.toggle("below", value < 0);
      cell.style.setProperty("--share", Math.min(1, Math.abs(value) / most));
    }
    return cell;
  }

  mostOf(row) {
    const heat = this.columns.filter((column) => column.look === "heat");
    return Math.max(...heat.map((column) => Math.abs(valued(column.values[row])) || 0).filter(Number.isFinite));
  }

  // Numbers from the largest down at first, names from A on; then the other way; then as they came.
  sort(column) {
    const first = this.columns[column].kind === "number" ? -1 : 1;
    const now = this.sorted.column === column ? this.sorted.direction : 0;
    const direction = now === 0 ? first : now === first ? -first : 0;
    this.sorted = { column, direction };
    this.heads.forEach((head, k) => head.setAttribute("aria-sort", k === column && direction ? (direction > 0 ? "ascending" : "descending") : "none"));
    this.show();
    say(direction ? `Sorted by ${this.columns[column].title}, ${direction > 0 ? "ascending" : "descending"}.` : "In the order of the plan.");
  }

  filter(text) {
    this.terms = text.toLowerCase().split(/\s+/).filter(Boolean);
    this.show();
    say(`${this.chosen().length} rows.`);
  }

  // Arrows go from name to name; the tabulator key leaves the table.
  move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const names = [...this.body.querySelectorAll("button.name")];
    const at = names.indexOf(document.activeElement);
    if (!step || at < 0) return;
    const next = names[at + step];
    event.preventDefault();
    if (!next) return;
    names[at].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  // The rows that are chosen, all of them and with all digits, as spreadsheets take them.
  text() {
    const cell = (column, row) => (column.kind === "number" ? exact(valued(column.values[row])) : forSheets(this.word(column, row)));
    const lines = this.chosen().map((row) => this.columns.map((column) => cell(column, row)).join("\t"));
    return [this.columns.map((column) => forSheets(column.title)).join("\t"), ...lines].join("\n") + "\n";
  }

  async copy() {
    const text = this.text();
    say((await toClipboard(text)) ? `${this.chosen().length} rows copied.` : "Not copied: the text is shown, to be copied by hand.");
  }
}

// Copy, where the browser allows it; where it does not, an older way; and else show the text.
async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = element("textarea", { value: text, readOnly: true });
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    if (!copied) showText(text);
    return copied;
  }
}

function showText(text) {
  const dialog = document.getElementById("explained");
  const area = element("textarea", { value: text, readOnly: true });
  const close = element("button", { type: "button" }, "Close");
  close.addEventListener("click", () => dialog.close());
  dialog.replaceChildren(element("h2", { id: "explained-name" }, "Copy this text"), area, close);
  dialog.showModal();
  area.select();
}

// The first table of a section stands open; the others open when they are asked for, and are made only then.
function placeTables() {
  for (const place of document.querySelectorAll("[data-table]")) {
    const table = data.tables[Number(place.dataset.table)];
    if ("open" in place.dataset) {
      place.append(new Sheet(table, false).element);
      continue;
    }
    const rows = element("small", {}, `${readable(table.rows)} ${table.rows === 1 ? "row" : "rows"}`);
    const details = element("details", {}, element("summary", {}, table.caption, rows));
    details.addEventListener("toggle", () => {
      if (details.open && details.children.length === 1) details.append(new Sheet(table, true).element);
    });
    place.append(details);
  }
}
