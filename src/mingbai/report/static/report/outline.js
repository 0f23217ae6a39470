/* The chapter editor: bound figures become whole pieces that can be inserted or removed, never typed.
   Without this script the plain text field with {{key}} works just the same. */
"use strict";

(function () {
  const form = document.querySelector("[data-outline]");
  if (!form) return;
  const field = form.querySelector("textarea");
  const buttons = Array.from(form.querySelectorAll("[data-key]"));
  const known = new Map(buttons.map((button) => [button.dataset.key, button.dataset]));
  const TOKEN = /\{\{\s*([a-z][a-z0-9_.-]*)\s*\}\}/g;

  const editor = document.createElement("div");
  editor.className = "outline-editor";
  editor.contentEditable = "true";
  editor.setAttribute("role", "textbox");
  editor.setAttribute("aria-multiline", "true");
  editor.setAttribute("aria-labelledby", "outline-label");

  function piece(key) {
    const span = document.createElement("span");
    const about = known.get(key);
    span.className = "bound";
    span.contentEditable = "false";
    span.dataset.bound = key;
    span.title = about ? about.name : key;
    span.textContent = (about && (about.display || about.name)) || key;
    return span;
  }

  function paragraph(line) {
    const made = document.createElement("p");
    let last = 0;
    for (const match of line.matchAll(TOKEN)) {
      made.append(line.slice(last, match.index), piece(match[1]));
      last = match.index + match[0].length;
    }
    made.append(line.slice(last));
    if (!line) made.append(document.createElement("br"));
    return made;
  }

  function written(node) {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.nodeType !== Node.ELEMENT_NODE) return "";
    if (node.dataset.bound) return "{{" + node.dataset.bound + "}}";
    if (node.tagName === "BR") return "";
    return Array.from(node.childNodes, written).join("");
  }

  function text() {
    return Array.from(editor.childNodes, (node) => written(node).replace(/\u00a0/g, " ").trim()).filter(Boolean).join("\n");
  }

  function show() {
    editor.replaceChildren(...field.value.split(/\r?\n/).map((line) => paragraph(line.trim())));
  }

  function caret() {
    const selection = window.getSelection();
    if (selection.rangeCount && editor.contains(selection.anchorNode)) return selection.getRangeAt(0);
    const range = document.createRange();
    range.selectNodeContents(editor.lastElementChild || editor);
    range.collapse(false);
    return range;
  }

  function insert(key) {
    const range = caret();
    const made = piece(key);
    range.deleteContents();
    range.insertNode(made);
    range.setStartAfter(made);
    range.collapse(true);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    editor.focus();
    field.value = text();
  }

  buttons.forEach((button) => {
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", () => insert(button.dataset.key));
  });
  editor.addEventListener("input", () => { field.value = text(); });
  editor.addEventListener("paste", (event) => {
    event.preventDefault();
    const lines = event.clipboardData.getData("text/plain").split(/\r?\n/);
    const range = caret();
    range.deleteContents();
    const fragment = document.createDocumentFragment();
    fragment.append(...Array.from(paragraph(lines.join(" ")).childNodes));
    range.insertNode(fragment);
    range.collapse(false);
    field.value = text();
  });
  form.addEventListener("submit", () => { field.value = text(); });

  show();
  field.hidden = true;
  field.after(editor);
})();
