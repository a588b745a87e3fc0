// What every page has: the theme switch, keys, and lists that can be sorted and filtered. Pages work without it.
//
// The contract of lists. A table to sort has the class `sortable`:
//
//   <table class="sortable" id="t-predictions">
//     <thead><tr><th scope="col">Id</th><th scope="col" class="n">Now</th><th scope="col" data-sort="none">Trend</th></tr></thead>
//     <tbody><tr data-kind="prediction" data-state="open" data-domain="ai/labs" data-tags="chips power"><td data-sort="A1">…</td>…
//
// - A heading becomes a button. A cell sorts by its `data-sort`, or else by its text: by number if all are numbers.
//   Empty ones come last. A heading with the class `n` begins with the greatest; the third click undoes it.
// - `<form class="filters" hidden data-for="t-predictions">` is shown if scripts run. Each control's `name` is a data
//   attribute of the rows, which is that value, has it among its words, or lies below it (`ai/labs` below `ai`); empty
//   fits all. A control named `text` looks for its words in the row's text. An element `.shown` tells how many fit.
// - State is in the address: `#kind=killer&text=power&sort=2&order=down`. What cannot be read is told.
"use strict";
(() => {
  const LONGEST = 4096;
  const make = (tag, name, text) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  // The theme: theme.js puts back what is stored here.
  const theme = document.querySelector(".theme");
  if (theme) {
    theme.hidden = false;
    theme.addEventListener("click", () => {
      const root = document.documentElement;
      const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = isDark ? "light" : "dark";
      try { localStorage.setItem("theme", root.dataset.theme); } catch { /* Then it lasts for this page only. */ }
    });
  }

  // The entry of this page is in view where the bar is narrow.
  const entry = document.querySelector(".bar nav [aria-current]");
  if (entry) entry.closest("nav").scrollLeft = entry.offsetLeft - 40;

  // Keys.
  const find = document.querySelector("a.find");
  const root = find ? find.getAttribute("href").replace(/search\.html$/, "") : "";
  const PAGES = new Map([
    ["h", ["index", "front page"]], ["p", ["predictions", "predictions"]], ["k", ["killers", "killers"]],
    ["s", ["scenarios", "scenarios"]], ["m", ["milestones", "milestones"]], ["l", ["laboratory", "laboratory"]],
    ["g", ["graph", "graph"]],
  ]);
  const search = () => {
    const box = document.getElementById("search-query");
    if (box) { box.focus(); box.select(); } else if (find) location.href = find.href;
  };
  const help = () => {
    let dialog = document.querySelector("dialog.keys");
    if (!dialog) {
      dialog = make("dialog", "keys");
      const heading = make("h2", "", "Keys"), list = make("dl"), form = make("form"), close = make("button", "", "Close");
      heading.id = "h-keys";
      dialog.setAttribute("aria-labelledby", "h-keys");
      const line = (keys, words) => {
        const term = make("dt");
        keys.forEach((key, at) => term.append(at ? " " : "", make("kbd", "", key)));
        list.append(term, make("dd", "", words));
      };
      line(["/"], "search");
      line(["Ctrl", "K"], "search");
      for (const [key, [, words]] of PAGES) line(["g", key], words);
      line(["?"], "these keys");
      close.addEventListener("click", () => dialog.close());
      close.type = "button";
      form.append(close);
      dialog.append(heading, list, form);
      document.body.append(dialog);
    }
    dialog.showModal();
  };
  let leads = -Infinity;
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key === "k") {
      event.preventDefault();
      search();
      return;
    }
    const isTyped = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable], dialog[open]");
    if (isTyped || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const page = event.timeStamp - leads < 1500 ? PAGES.get(event.key) : undefined;
    leads = -Infinity;
    if (page) location.href = `${root}${page[0]}.html`;
    else if (event.key === "g") leads = event.timeStamp;
    else if (event.key === "/") search();
    else if (event.key === "?") help();
    else return;
    event.preventDefault();
  });

  // Lists.
  const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
  const list = (table) => {
    const body = table.tBodies[0], heads = [...(table.tHead?.rows[0]?.cells ?? [])];
    const rows = [...body.rows];
    const texts = new Map();
    const form = formOf(table);
    const controls = form ? [...form.elements].filter((one) => one.name) : [];
    let sort = null;

    const buttons = heads.map((head, column) => {
      if (!table.classList.contains("sortable") || head.dataset.sort === "none" || !head.textContent.trim()) return null;
      const button = make("button", "sort");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const first = head.classList.contains("n") ? "down" : "up", other = first === "up" ? "down" : "up";
        const order = sort?.column !== column ? first : sort.order === first ? other : null;
        sort = order && { column, order };
        apply(true);
      });
      return button;
    });

    const value = (row, column) => {
      const cell = row.cells[column];
      return cell ? (cell.dataset.sort ?? cell.textContent).trim() : "";
    };
    const sorted = () => {
      if (!sort) return rows;
      const keyed = rows.map((row, place) => ({ row, place, key: value(row, sort.column) }));
      const isNumber = keyed.every(({ key }) => key === "" || Number.isFinite(Number(key)));
      const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
      const compare = isNumber ? (a, b) => Number(a) - Number(b) : (a, b) => collator.compare(a, b);
      const sign = sort.order === "down" ? -1 : 1;
      keyed.sort((one, other) => {
        const empty = (one.key === "") - (other.key === "");
        return empty || (one.key === "" ? 0 : sign * compare(one.key, other.key)) || one.place - other.place;
      });
      return keyed.map(({ row }) => row);
    };
    const asked = (control) => (control.type === "checkbox" && !control.checked ? "" : control.value.trim());
    const fits = (row, control) => {
      const wanted = asked(control);
      if (!wanted) return true;
      if (control.name === "text") {
        if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
        return words(wanted).every((word) => texts.get(row).includes(word));
      }
      const own = row.dataset[control.name] ?? "";
      return own === wanted || own.startsWith(`${wanted}/`) || own.split(" ").includes(wanted);
    };

    const told = form && (form.querySelector(".shown") ?? form.appendChild(make("p", "shown quiet")));
    if (told) told.setAttribute("role", "status");
    let note = "", last = null;
    const apply = (isTold) => {
      const order = `${sort?.column} ${sort?.order}`;
      if (last !== null ? order !== last : sort) body.append(...sorted());
      last = order;
      heads.forEach((head, column) => {
        if (!buttons[column]) return;
        if (sort?.column === column) head.setAttribute("aria-sort", sort.order === "up" ? "ascending" : "descending");
        else head.removeAttribute("aria-sort");
      });
      let shown = 0;
      for (const row of rows) {
        row.hidden = !controls.every((control) => fits(row, control));
        if (!row.hidden) shown++;
      }
      if (isTold) write();
      if (told) told.textContent = `${shown === rows.length ? shown : `${shown} of ${rows.length}`} shown.${note}`;
    };
    const write = () => {
      note = "";
      const pairs = controls.map((control) => [control.name, asked(control)]).filter(([, one]) => one);
      if (sort) pairs.push(["sort", String(sort.column)], ["order", sort.order]);
      const hash = pairs.map(([name, one]) => `${name}=${encodeURIComponent(one)}`).join("&");
      history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
    };
    const read = () => {
      const hash = location.hash.slice(1), left = [], found = new Map();
      if (!hash.includes("=")) return false;
      for (const pair of hash.length > LONGEST ? [] : hash.split("&")) {
        const at = pair.indexOf("=");
        try { found.set(pair.slice(0, at), decodeURIComponent(pair.slice(at + 1))); } catch { left.push(pair.slice(0, at)); }
      }
      sort = null;
      const column = found.get("sort"), order = found.get("order");
      found.delete("sort");
      found.delete("order");
      if (/^\d{1,2}$/.test(column ?? "") && buttons[Number(column)]) {
        sort = { column: Number(column), order: order === "down" ? "down" : "up" };
      } else if (column !== undefined) left.push("sort");
      for (const control of controls) {
        const wanted = found.get(control.name) ?? "";
        found.delete(control.name);
        if (control.type === "checkbox") control.checked = wanted === control.value;
        else control.value = wanted;
        // A choice that is not there leaves its control without a value.
        if (wanted && asked(control) !== wanted.trim()) {
          if (control.type !== "checkbox") control.value = "";
          left.push(control.name);
        }
      }
      left.push(...found.keys());
      if (hash.length > LONGEST) note = " The address is too long, and was not read.";
      else note = left.length ? ` Left out of the address: ${left.slice(0, 3).join(", ").slice(0, 80)}.` : "";
      return true;
    };
    if (form) {
      form.hidden = false;
      form.addEventListener("input", () => apply(true));
      form.addEventListener("submit", (event) => event.preventDefault());
      form.addEventListener("reset", () => setTimeout(() => { sort = null; apply(true); }));
    }
    return { read, apply };
  };

  const forms = [...document.querySelectorAll("form.filters")];
  const formOf = (table) => forms.find((form) => form.dataset.for === table.id);
  const isList = (table) => table.tBodies[0] && (table.classList.contains("sortable") || formOf(table));
  const lists = [...document.querySelectorAll("main table")].filter(isList).map(list);
  // The address is that of the first list: no page has two that are filtered.
  const main = lists[0];
  if (main) {
    main.read();
    for (const one of lists) one.apply(false);
    addEventListener("hashchange", () => { if (main.read()) main.apply(false); });
  }
})();
