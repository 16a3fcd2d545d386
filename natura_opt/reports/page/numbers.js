// The data of the page, small parts of it as elements, and numbers as people write them.
const data = JSON.parse(document.getElementById("data").textContent);
const words = data.words;

// Make an element; texts become text, never markup.
function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made && key !== "list") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

// A name from the data, apart from the text around it whichever way it is written.
const named = (text) => element("bdi", {}, text);

// A number as it stands in the data: null where there is none, words for infinities.
const valued = (stored) => (stored === "inf" ? Infinity : stored === "-inf" ? -Infinity : stored);

const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

// A number with a few digits, powers of ten written out; whole numbers as they are.
function readable(value, digits = 4) {
  if (value === null || value === undefined) return "–";
  if (value === 0) return "0";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e9) return value.toLocaleString("en-GB").replace("-", "−");
  let [head, exponent] = size.toExponential(digits - 1).split("e");
  const sign = value < 0 ? "−" : "";
  if (exponent >= -3 && exponent < 7) {
    return sign + size.toLocaleString("en-GB", { maximumFractionDigits: Math.max(digits - 1 - exponent, 0) });
  }
  if (head.includes(".")) head = head.replace(/\.?0+$/, "");
  return `${sign}${head}×10${[...String(Number(exponent))].map((one) => RAISED[one]).join("")}`;
}

// All digits of a number, as programs read them.
const exact = (value) => (value === null || value === undefined ? "" : Number.isFinite(value) ? String(value) : value > 0 ? "inf" : "-inf");

// A number in a sentence: a few digits to read, all of them where one points.
function number(value) {
  return element("data", { value: exact(value), title: exact(value) }, readable(value));
}

// Tell people who do not see the page what has happened.
function say(sentence) {
  document.getElementById("said").textContent = sentence;
}
