// What stands behind the valuation of a good: from the accounts of the plan, in words.
const explained = data.explanations ?? { goods: [], periods: [], told: [], left_out: [] };
const placeOfGood = new Map(explained.goods.map((word, at) => [words[word], at]));
const placeOfPeriod = new Map(explained.periods.map((word, at) => [words[word], at]));

const isExplained = (name) => placeOfGood.has(name);

// Open the explanation of a good, in a period or that in which it is worth most.
function explain(name, period) {
  const dialog = document.getElementById("explained");
  const good = placeOfGood.get(name);
  const worths = explained.told.map((goods) => Math.abs(valued(goods[good].worth)));
  const t = placeOfPeriod.get(period) ?? worths.indexOf(Math.max(...worths));
  const chosen = element("select", {}, ...explained.periods.map((word, at) => element("option", { value: at, selected: at === t }, words[word])));
  const content = element("div", { "aria-live": "polite" });
  chosen.addEventListener("change", () => content.replaceChildren(...told(good, Number(chosen.value))));
  const close = element("button", { type: "button", id: "close-explained" }, "Close");
  close.addEventListener("click", () => dialog.close());
  const when = explained.periods.length > 1 ? [element("label", {}, "in ", chosen)] : [];
  dialog.replaceChildren(
    element("div", { className: "line" }, element("h2", { id: "explained-name" }, named(name)), close),
    ...when,
    content,
  );
  content.replaceChildren(...told(good, t));
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  close.focus();
}

function told(good, t) {
  const entry = explained.told[t][good];
  const unit = words[entry.unit];
  const worth = element("p", {}, "One more ", named(unit), ` ${explained.worth} `, number(valued(entry.worth)), "");
  if (entry.interval && entry.interval[0] !== entry.interval[1]) {
    const [low, high] = entry.interval.map(valued);
    worth.append(" (the plan is degenerate: anything from ", number(low), " to ", number(high), ")");
  }
  worth.append(".");
  const parts = [worth, balance(entry, unit)];
  if (entry.maker === undefined) {
    parts.push(element("p", {}, "No technique makes it in this period."));
  } else {
    parts.push(element("h3", {}, "What making it takes"));
    const one = element("p", {}, "Made by ", named(words[entry.maker]), "; one unit of activity makes ");
    one.append(number(valued(entry.output)), " ", named(unit), " of it and takes, at the plan's valuations:");
    parts.push(one, account(entry.takes, "What one unit of activity takes"));
  }
  if (entry.whole && entry.whole.lines.length) {
    parts.push(element("h3", {}, "What it takes in all"), element("p", {}, "Through every good that it is made of, one more ", named(unit), " takes:"));
    parts.push(account(entry.whole, "What one more takes in all"));
  }
  if (explained.left_out.length) {
    const question = `plan.explain(${JSON.stringify(words[explained.goods[good]])}, ${JSON.stringify(words[explained.periods[t]])})`;
    parts.push(element("p", {}, element("small", {}, `Not in this page, since the plan is large: ${explained.left_out.join("; ")}. `, element("code", {}, question), " says it.")));
  }
  return parts;
}

function balance(entry, unit) {
  const sentence = element("p", {}, "In the period: ");
  entry.balance.forEach(([amount, word], k) => {
    if (k) sentence.append(", ");
    sentence.append(number(valued(amount)), ` ${words[word]}`);
  });
  sentence.append(" (", named(unit), ").");
  return sentence;
}

// An account as a table: what is taken, how much of it, what a unit is worth and what that comes to.
function account(account, caption) {
  const most = Math.max(...account.lines.map(([, , amount, valuation]) => Math.abs(amount * valuation)), 0);
  const cell = (value, bar) => {
    const made = element("td", { className: bar ? "number bar" : "number", title: exact(value) }, readable(value));
    made.dataset.value = exact(value);
    if (bar && most) {
      made.style.setProperty("--share", Math.abs(value) / most);
      made.classList.toggle("below", value < 0);
    }
    return made;
  };
  const rows = account.lines.map(([kind, name, amount, valuation]) => {
    const text = words[name];
    const content = words[kind] === "input" && isExplained(text) ? element("button", { type: "button", className: "name" }, named(text)) : named(text);
    if (content.tagName === "BUTTON") content.addEventListener("click", () => explain(text, document.querySelector("#explained option:checked")?.textContent ?? null));
    return element("tr", {}, element("th", { scope: "row" }, words[kind]), element("td", { className: "word" }, content), cell(amount), cell(valuation), cell(amount * valuation, true));
  });
  if (account.others) {
    const [count, worth] = account.others;
    rows.push(element("tr", {}, element("th", { scope: "row" }, `${count} more`), element("td"), element("td"), element("td"), cell(worth, true)));
  }
  if (account.free) rows.push(element("tr", {}, element("th", { scope: "row", colSpan: 5 }, `and ${account.free} that are not scarce`)));
  const heads = ["of", "name", "amount", "one is worth", "together"].map((text, k) => element("th", { scope: "col", className: k > 1 ? "number" : "" }, text));
  return element("div", { className: "scroll" }, element("table", {}, element("caption", { className: "unseen" }, caption), element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows)));
}
