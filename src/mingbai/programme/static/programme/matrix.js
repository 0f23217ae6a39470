/* The target sheet like a spreadsheet: sums while typing, a block pasted from Excel, arrow keys,
   one step back after a paste. Without this script the form saves just the same. */
"use strict";

(function () {
  const form = document.querySelector("[data-matrix]");
  if (!form || !form.querySelector(".matrix.edits")) return;
  const PLACES = 4;
  const SCALE = 10n ** BigInt(PLACES);
  const WORDS = ["常态化", "不设目标", "上级未下达", "未下达", "跨年度"];
  const state = form.querySelector("[data-state]");
  const bar = form.querySelector(".savebar");
  const rows = Array.from(form.querySelectorAll("[data-row]"), (line) => ({
    line,
    cells: Array.from(line.querySelectorAll("td input")),
    sum: line.querySelector("[data-sum]"),
    gap: line.querySelector("[data-gap]"),
    places: (line.dataset.places.split(".")[1] || "").length,
  }));
  const place = new Map();
  rows.forEach((row, y) => row.cells.forEach((cell, x) => place.set(cell, [y, x])));
  let dirty = form.hasAttribute("data-unsaved");
  let undone = [];

  /* As the server reads it: full-width digits, thousands separators and blanks do not matter. */
  const plain = (text) => text.normalize("NFKC").replace(/[,\s]/g, "");

  /* A quantity as a whole number of ten-thousandths: exact where a float would not be. */
  function exact(text, places) {
    const match = /^(\d*)(?:\.(\d*))?$/.exec(text);
    if (!match || !/\d/.test(text)) return null;
    const part = (match[2] || "").replace(/0+$/, "");
    if (part.length > places) return null;
    return BigInt(match[1] || "0") * SCALE + BigInt(part.padEnd(PLACES, "0").slice(0, PLACES));
  }

  function show(value) {
    const sign = value < 0n ? "-" : "";
    const whole = value < 0n ? -value : value;
    const part = String(whole % SCALE).padStart(PLACES, "0").replace(/0+$/, "");
    const head = String(whole / SCALE).replace(/\B(?=(\d{3})+$)/g, ",");
    return sign + head + (part ? "." + part : "");
  }

  function target(row) {
    let text = plain(row.cells[0].value);
    const word = WORDS.find((each) => text.startsWith(each));
    if (word) text = text.slice(word.length);
    if (word && !text) return { value: null, fine: true };
    const value = exact(text, PLACES);
    return { value, fine: value !== null };
  }

  function mark(cell, fine) {
    if (fine) cell.removeAttribute("aria-invalid");
    else cell.setAttribute("aria-invalid", "true");
  }

  function judge(row) {
    const goal = target(row);
    mark(row.cells[0], goal.fine);
    let sum = 0n;
    let filled = false;
    let fine = goal.fine;
    row.cells.slice(1).forEach((cell) => {
      const text = plain(cell.value);
      const value = text ? exact(text, row.places) : 0n;
      mark(cell, value !== null);
      if (value === null) fine = false;
      else sum += value;
      filled = filled || text !== "";
    });
    const gap = filled ? (goal.value === null ? 0n : goal.value) - sum : 0n;
    row.wrong = !fine || (filled && (goal.value === null || gap !== 0n));
    row.line.classList.toggle("is-bad", row.wrong);
    if (row.sum) row.sum.textContent = filled ? show(sum) : "";
    if (row.gap) row.gap.textContent = gap === 0n ? "" : show(gap);
  }

  function tell() {
    const wrong = rows.filter((row) => row.wrong).length;
    const head = wrong ? wrong + " 行合计不等于目标或填得不对" : "各行合计都等于目标";
    state.textContent = head + (dirty ? "，有改动未保存" : "");
    bar.classList.toggle("bad", wrong > 0);
  }

  function touched(row) {
    dirty = true;
    judge(row);
    tell();
  }

  function put(cell, text) {
    undone.push([cell, cell.value]);
    cell.value = text;
    judge(rows[place.get(cell)[0]]);
  }

  function paste(cell, text) {
    const block = text.replace(/\r?\n$/, "").split(/\r?\n/).map((line) => line.split("\t"));
    const [y, x] = place.get(cell);
    undone = [];
    let left = 0;
    block.forEach((line, down) => line.forEach((value, right) => {
      const row = rows[y + down];
      const here = row && row.cells[x + right];
      if (here) put(here, plain(value));
      else if (plain(value)) left += 1;
    }));
    dirty = true;
    tell();
    if (left) state.textContent += "；粘贴的内容有 " + left + " 格超出表格，没有填入";
    if (undone.length > 1) state.textContent += "（按 Ctrl+Z 撤回粘贴）";
  }

  function move(cell, down, right) {
    const [y, x] = place.get(cell);
    for (let next = y + down; next >= 0 && next < rows.length; next += down || 1) {
      const here = rows[next].cells[x + right];
      if (here) {
        here.focus();
        here.select();
        here.scrollIntoView({ block: "nearest", inline: "nearest" });
        return;
      }
      if (!down) return;
    }
  }

  form.addEventListener("input", (event) => {
    if (!place.has(event.target)) return;
    undone = [];
    touched(rows[place.get(event.target)[0]]);
  });
  form.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    if (!place.has(event.target) || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    paste(event.target, text);
  });
  form.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (!place.has(cell) || event.isComposing) return;
    const whole = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
    const steps = { ArrowDown: [1, 0], ArrowUp: [-1, 0], Enter: [event.shiftKey ? -1 : 1, 0] };
    if (whole || cell.selectionEnd === 0) steps.ArrowLeft = [0, -1];
    if (whole || cell.selectionStart === cell.value.length) steps.ArrowRight = [0, 1];
    if (steps[event.key] && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      move(cell, ...steps[event.key]);
    } else if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && undone.length) {
      event.preventDefault();
      const back = undone;
      undone = [];
      back.reverse().forEach(([each, value]) => { each.value = value; judge(rows[place.get(each)[0]]); });
      tell();
    }
  });
  form.addEventListener("focusin", (event) => { if (place.has(event.target)) event.target.select(); });
  form.addEventListener("submit", () => { dirty = false; });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });

  rows.forEach(judge);
  tell();
})();
