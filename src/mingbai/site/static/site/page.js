/* Small comforts on top of pages that work without them. No dependency, nothing inline. */
"use strict";

(function () {
  const each = (root, selector, act) => root.querySelectorAll(selector).forEach(act);

  /* What is wider than its place scrolls in a region of its own that the keyboard can reach. */
  const watch = new ResizeObserver((entries) => entries.forEach((entry) => settle(entry.target)));

  function settle(wrap) {
    wrap.classList.remove("scrolls");
    const scrolls = wrap.scrollWidth > wrap.clientWidth + 1;
    wrap.classList.toggle("scrolls", scrolls);
    if (!scrolls) {
      ["tabindex", "role", "aria-label"].forEach((name) => wrap.removeAttribute(name));
      return;
    }
    wrap.setAttribute("tabindex", "0");
    wrap.setAttribute("role", "region");
    wrap.setAttribute("aria-label", nameOf(wrap) + "（可左右滚动）");
  }

  function nameOf(wrap) {
    const named = wrap.querySelector("article[aria-label], svg[aria-label]");
    const caption = wrap.querySelector("caption");
    return (named && named.getAttribute("aria-label")) || (caption && caption.textContent.trim()) || "表格";
  }

  function wrapTable(table) {
    if (table.closest(".table-wrap")) return;
    const wrap = document.createElement("div");
    wrap.className = "table-wrap";
    table.replaceWith(wrap);
    wrap.append(table);
  }

  /* On a phone a stacked row shows the column's name beside each cell. */
  function labelCells(table) {
    const names = Array.from(table.querySelectorAll("thead tr:last-child > *"), (cell) => cell.textContent.trim());
    each(table, "tbody tr", (line) => {
      if (line.children.length !== names.length) return;
      Array.from(line.children).forEach((cell, index) => {
        if (names[index] && !cell.dataset.label) cell.dataset.label = names[index];
      });
    });
  }

  function showChosen(zone, input) {
    let list = zone.querySelector(".chosen");
    if (!list) {
      list = document.createElement("ul");
      list.className = "chosen";
      list.setAttribute("aria-live", "polite");
      input.after(list);
    }
    list.replaceChildren(...Array.from(input.files, (file) => {
      const line = document.createElement("li");
      const size = document.createElement("span");
      size.className = "muted nowrap";
      size.textContent = file.size < 1048576 ? Math.ceil(file.size / 1024) + " KB" : (file.size / 1048576).toFixed(1) + " MB";
      line.append(file.name, size);
      return line;
    }));
  }

  function readyZone(zone) {
    const input = zone.querySelector('input[type="file"]');
    if (!input) return;
    input.addEventListener("change", () => showChosen(zone, input));
    ["dragenter", "dragover"].forEach((name) => zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    }));
    ["dragleave", "drop"].forEach((name) => zone.addEventListener(name, () => zone.classList.remove("over")));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      showChosen(zone, input);
    });
  }

  function ready(root) {
    each(root, "table.table", wrapTable);
    each(root, "table.table.stack", labelCells);
    each(root, ".table-wrap, .sheet-wrap, .desk, .gantt", (wrap) => watch.observe(wrap));
    each(root, ".dropzone, [data-dropzone]", readyZone);
    each(root, "[data-row-bar]", (bar) => bar.setAttribute("aria-hidden", "true"));
  }

  document.addEventListener("click", (event) => {
    const target = event.target;
    if (target.closest("[data-dismiss]")) target.closest(".toast").remove();
    if (target.closest("[data-print]")) window.print();
    each(document, "details.who[open]", (menu) => { if (!menu.contains(target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    each(document, "details.who[open]", (menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });
  /* A list with [data-keys]: J and K go to the next and last row, blank ticks it, Enter opens it. */
  document.addEventListener("keydown", (event) => {
    const list = document.querySelector("table[data-keys]");
    if (!list || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    const rows = [...list.tBodies[0].rows];
    const now = rows.indexOf(document.activeElement.closest("tr"));
    const step = { j: 1, k: -1 }[event.key.toLowerCase()];
    if (step) {
      const row = rows[Math.min(Math.max(now + step, 0), rows.length - 1)];
      const place = row && row.querySelector("input[type=checkbox], th a");
      if (place) { place.focus(); row.scrollIntoView({ block: "nearest" }); event.preventDefault(); }
    } else if (event.key === "Enter" && now >= 0 && event.target.matches("input[type=checkbox]")) {
      event.preventDefault();
      rows[now].querySelector("th a").click();
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-autosubmit], [data-autosubmit] select")) event.target.form.requestSubmit();
  });
  /* A form is sent once: a second press while the first is on its way does nothing. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("data-repeatable")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    each(form, "button[data-busy]", (button) => { button.setAttribute("aria-disabled", "true"); button.textContent = button.dataset.busy; });
  });
  window.addEventListener("pageshow", () => each(document, "form[data-sent]", (form) => delete form.dataset.sent));
  document.addEventListener("htmx:load", (event) => ready(event.detail.elt));

  ready(document);
  const here = document.querySelector(".rooms [aria-current]");
  if (here) here.scrollIntoView({ block: "nearest", inline: "center" });
})();
