// The laboratory: what is supposed leaves some of the worlds in the page, and every number is counted among these.
//
// State is in the address, as `#ID=yes&OTHER=no`. Rows are bits of worlds in base 64; `share` words of 64 worlds make
// a share, and how shares differ gives errors, as src/forecast/book.rs does it.
"use strict";
(() => {
  const data = document.getElementById("fc-data");
  const byId = (id) => document.getElementById(id);
  if (!data || !byId("lab")) return;

  // Fewer worlds than these give no number at all, or one with a warning.
  const NONE = 40, FEW = 400;
  // So many movers, and rows of a kind, are shown at once; a longer address is not read.
  const MOVERS = 15, ROWS = 150, LONGEST = 4096;
  const GROUPS = [["prediction", "Predictions"], ["killer", "Killers"], ["scenario", "Scenarios"], ["milestone", "Milestones"]];

  const { worlds, share, nodes } = JSON.parse(data.textContent);
  const places = new Map(nodes.map((node, place) => [node.id, place]));
  const size = share * 2, length = worlds / 32;
  const rows = nodes.map((node) => {
    if (!node.bits) return null;
    const bytes = Uint8Array.from(atob(node.bits), (letter) => letter.charCodeAt(0));
    return new Uint32Array(bytes.buffer);
  });
  const ones = (x) => {
    x -= (x >>> 1) & 0x55555555;
    x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
    return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  };
  // How many ones each share of a row has, of those that a mask leaves.
  const count = (row, mask, out) => {
    for (let at = 0, place = 0; at < length; at += size, place++) {
      let sum = 0;
      const end = Math.min(at + size, length);
      for (let word = at; word < end; word++) sum += ones(row[word] & mask[word]);
      out[place] = sum;
    }
    return out;
  };
  const total = (counts) => counts.reduce((sum, one) => sum + one, 0);
  const shares = Math.ceil(length / size);
  const all = new Uint32Array(length).fill(0xffffffff);
  const whole = count(all, all, new Array(shares));
  const bases = rows.map((row) => row && count(row, all, new Array(shares)));
  const room = new Array(shares);

  // The probability of a node among the worlds of a mask, with its standard error.
  //
  // How far all worlds together are off the known number says how far these are off: the log odds are shifted by as
  // much. What that explains of the differences between shares is no error any more.
  const given = (place, mask, of, left) => {
    const now = nodes[place].now, base = bases[place];
    const so = count(rows[place], mask, room), p = total(so) / left;
    const mean = total(base) / worlds, spread = p * (1 - p), wide = mean * (1 - mean);
    const explained = spread > 0 && wide > 0 ? (left * spread) / (worlds * wide) : 0;
    let squares = 0;
    for (let at = 0; at < shares; at++) {
      const off = so[at] - p * of[at] - explained * (base[at] - mean * whole[at]);
      squares += off * off;
    }
    let to = p;
    if (explained > 0) {
      const odds = (p / (1 - p)) * (now / (1 - now)) * ((1 - mean) / mean);
      to = odds / (1 + odds);
    }
    const few = shares > 1 ? shares / (shares - 1) : 1;
    const least = Math.max(spread * (1 - explained), 1 / left) / left;
    const known = spread > 0 && wide > 0 ? (nodes[place].error * spread) / wide : 0;
    return { to, error: Math.sqrt(Math.max((squares * few) / (left * left), least) + known * known), text: told(to, left) };
  };

  // What follows from states, a Map from places to booleans: how many worlds are left, and what each node becomes.
  const answer = (states) => {
    const masks = new Map();
    for (const [place, yes] of states) {
      const part = nodes[place].part;
      if (!masks.has(part)) masks.set(part, all.slice());
      const mask = masks.get(part), row = rows[place];
      for (let word = 0; word < length; word++) mask[word] &= yes ? row[word] : ~row[word];
    }
    // What is supposed in one part tells nothing about another, so the worlds of each are counted by themselves.
    const left = new Map();
    let least = worlds;
    for (const [part, mask] of masks) {
      const of = count(mask, mask, new Array(shares)), sum = total(of);
      left.set(part, { of, sum });
      least = Math.min(least, sum);
    }
    const values = nodes.map((node, place) => {
      if (states.has(place)) return { to: states.get(place) ? 1 : 0, error: 0, set: true };
      const mask = masks.get(node.part);
      if (!mask || !rows[place]) return { to: node.now, error: node.error, same: true };
      const { of, sum } = left.get(node.part);
      return sum < NONE ? null : given(place, mask, of, sum);
    });
    return { least, values };
  };

  // What was seen in none of so many worlds is told by the bound that holds nineteen times in twenty, 3 in so many.
  const told = (p, left) => {
    const bound = (Math.ceil(3000 / left) / 10).toFixed(1), other = (100 - bound).toFixed(1);
    return p === 0 ? `<${bound}%` : p === 1 ? `>${other}%` : percent(p);
  };
  const percent = (p) => {
    const tenths = Math.round(p * 1000);
    if (p > 0 && tenths < 1) return "<0.1%";
    if (p < 1 && tenths > 999) return ">99.9%";
    return tenths % 1000 === 0 ? `${tenths / 10}%` : `${(tenths / 10).toFixed(1)}%`;
  };
  const points = (by) => {
    const text = Math.abs(100 * by).toFixed(1);
    return text === "0.0" ? text : (by < 0 ? "\u2212" : "+") + text;
  };
  const way = (by) => (points(by) === "0.0" ? "flat" : by < 0 ? "down" : "up");
  const margin = (error) => `±${Math.max(100 * error, 0.1).toFixed(1)}`;
  const isClear = (value, node) =>
    Math.abs(value.to - node.now) > 1e-6 + 1.96 * Math.hypot(value.error, node.error);

  const make = (tag, name, text) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const draw = (tag, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of attributes) element.setAttribute(name, value);
    return element;
  };
  const link = (node) => {
    const a = make("a", `node ${node.kind}`);
    a.href = node.href;
    a.append(make("span", "id", node.id), " ", make("bdi", "", node.title));
    return a;
  };

  // From, to and error on a line from 0 to 100. The numbers always stand beside it.
  const lane = () => {
    const svg = draw("svg", [["class", "lane"], ["viewBox", "0 0 100 10"], ["preserveAspectRatio", "none"], ["aria-hidden", "true"]]);
    const parts = ["track", "spread", "step", "from", "to"].map((name) => draw("rect", [["class", name]]));
    svg.append(...parts);
    return [svg, (now, value, isStill) => {
      const place = (part, from, to, y, height) => {
        const [x, end] = [Math.max(0, Math.min(from, to)), Math.min(100, Math.max(from, to))];
        for (const [name, number] of [["x", x], ["y", y], ["width", Math.max(0, end - x)], ["height", height]])
          part.setAttribute(name, number.toFixed(2));
      };
      const from = 100 * now, to = value ? 100 * value.to : from, error = value ? 100 * value.error : 0;
      svg.setAttribute("class", `lane ${isStill ? "flat" : way(to - from)}`);
      place(parts[0], 0, 100, 4.5, 1);
      place(parts[1], to - 1.96 * error, to + 1.96 * error, 3, 4);
      place(parts[2], from, to, 3.8, 2.4);
      place(parts[3], Math.min(from, 99), Math.min(from, 99) + 1, 1, 8);
      place(parts[4], Math.min(to, 98.4), Math.min(to, 98.4) + 1.6, 0, 10);
    }];
  };

  let states = new Map();
  let past = [];
  const controls = new Map();

  // The list of all nodes: a row each, made when it is first shown.
  const groups = [];
  const row = (place) => {
    const node = nodes[place], item = make("li", "lab-row");
    const buttons = [["yes", true], ["no", false]].map(([word, state]) => {
      const button = make("button", word, word);
      button.type = "button";
      button.tabIndex = -1;
      button.setAttribute("aria-label", `${node.id} ${word}`);
      button.addEventListener("click", () => turn(place, state));
      return button;
    });
    const both = make("span", "lab-yesno");
    both.append(...buttons);
    const [svg, move] = lane();
    const now = make("span", "lab-now", node.text), then = make("b", "chance"), by = make("span", "lab-by");
    const numbers = make("span", "lab-numbers");
    numbers.append(now, " ", then, " ", by);
    item.append(both, link(node), numbers, svg);
    item.dataset.place = place;
    controls.set(place, { item, buttons, move, now, then, by });
    return item;
  };
  const settled = nodes.map((_, place) => place).filter((place) => !rows[place]);
  for (const [kind, title] of GROUPS) {
    const own = nodes.map((_, place) => place).filter((place) => nodes[place].kind === kind && rows[place]);
    if (!own.length) continue;
    const section = make("section", "lab-group"), list = make("ul", "lab-list"), more = make("button", "lab-more");
    const heading = make("h3", kind, title), tally = make("span", "quiet");
    heading.append(" ", tally);
    more.type = "button";
    const group = { own, section, list, more, tally, shown: ROWS };
    more.addEventListener("click", () => { group.shown = Infinity; filter(); });
    section.append(heading, list, more);
    byId("lab-groups").append(section);
    groups.push(group);
  }
  if (settled.length) {
    const details = make("details", "lab-settled"), list = make("ul", "lab-list");
    details.append(make("summary", "", `Settled, and not to be supposed otherwise (${settled.length})`), list);
    for (const place of settled) {
      const item = make("li", "lab-row");
      item.append(make("span", `state ${nodes[place].state}`, nodes[place].state), link(nodes[place]));
      list.append(item);
    }
    byId("lab-groups").append(details);
  }

  const needle = nodes.map((node) => `${node.id} ${node.title}`.toLowerCase());
  const filter = () => {
    const words = byId("lab-filter").value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const group of groups) {
      const fit = group.own.filter((place) => words.every((word) => needle[place].includes(word)));
      const cut = fit.slice(0, group.shown);
      group.list.replaceChildren(...cut.map((place) => controls.get(place)?.item ?? row(place)));
      group.section.hidden = !fit.length;
      group.tally.textContent = fit.length === group.own.length ? `${fit.length}` : `${fit.length} of ${group.own.length}`;
      group.more.hidden = cut.length === fit.length;
      group.more.textContent = `Show ${fit.length - cut.length} more`;
      shown += fit.length;
    }
    byId("lab-count").textContent = words.length ? `${shown} of ${nodes.length - settled.length} fit` : "";
    rove();
    show();
  };

  // One row is in the order of the tab key; arrows lead to the others.
  const shownItems = () => [...byId("lab-groups").querySelectorAll("li[data-place]")];
  let current = null;
  const rove = (item) => {
    const items = shownItems();
    const next = item ?? (items.includes(current) ? current : items[0]);
    const set = (one, index) => {
      if (one) controls.get(Number(one.dataset.place)).buttons.forEach((button) => { button.tabIndex = index; });
    };
    if (current !== next) set(current, -1);
    set(next, 0);
    current = next ?? null;
  };
  byId("lab-groups").addEventListener("focusin", (event) => {
    const item = event.target.closest("li[data-place]");
    if (item && item !== current) rove(item);
  });
  byId("lab-groups").addEventListener("keydown", (event) => {
    const item = event.target.closest("li[data-place]");
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const place = Number(item.dataset.place), { buttons } = controls.get(place);
    const side = Math.max(0, buttons.indexOf(event.target)), items = shownItems(), at = items.indexOf(item);
    const go = (to, column) => {
      const target = items[Math.max(0, Math.min(items.length - 1, to))];
      controls.get(Number(target.dataset.place)).buttons[column].focus();
    };
    switch (event.key) {
      case "ArrowDown": go(at + 1, side); break;
      case "ArrowUp": go(at - 1, side); break;
      case "ArrowLeft": buttons[0].focus(); break;
      case "ArrowRight": buttons[1].focus(); break;
      case "Home": go(0, side); break;
      case "End": go(items.length - 1, side); break;
      case "y": set(place, true); break;
      case "n": set(place, false); break;
      case "Delete": case "Backspace": set(place, null); break;
      case "u": undo(); break;
      default: return;
    }
    event.preventDefault();
    event.stopPropagation();
  });

  // Changing what is supposed.
  const become = (next) => {
    past.push(states);
    states = next;
    write();
    show();
  };
  const set = (place, state) => {
    const next = new Map(states);
    if ((states.get(place) ?? null) === state) return;
    if (state === null) next.delete(place); else next.set(place, state);
    become(next);
  };
  const turn = (place, state) => set(place, states.get(place) === state ? null : state);
  const undo = () => {
    if (!past.length) return;
    states = past.pop();
    write();
    show();
  };
  const word = (yes) => (yes ? "yes" : "no");
  const pairs = (sign) => [...states].map(([place, yes]) => `${nodes[place].id}=${word(yes)}`).join(sign);
  const write = () => {
    note("");
    history.replaceState(null, "", states.size ? `#${pairs("&")}` : location.pathname + location.search);
  };
  const note = (text) => {
    byId("lab-note").textContent = text;
    byId("lab-note").hidden = !text;
  };
  // What an address says; what cannot be read is told.
  const read = () => {
    const hash = location.hash.slice(1);
    const found = new Map(), ignored = [];
    if (hash.length > LONGEST) {
      note(`The address is longer than ${LONGEST} signs, and was not read.`);
    } else if (hash.includes("=")) {
      for (const pair of hash.split("&").filter(Boolean)) {
        const [, id, state] = /^([A-Za-z0-9_.-]+)=(yes|no)$/.exec(pair) ?? [];
        const place = places.get(id);
        if (place === undefined) ignored.push(`“${pair.slice(0, 60)}” names no node with a number and yes or no`);
        else if (!rows[place]) ignored.push(`${id} is settled`);
        else if (found.has(place)) ignored.push(`${id} is there twice`);
        else found.set(place, state === "yes");
      }
      const rest = ignored.length - 3;
      note(ignored.length ? `Left out of the address: ${ignored.slice(0, 3).join("; ")}${rest > 0 ? `; and ${rest} more` : ""}.` : "");
    } else {
      note("");
    }
    return found;
  };

  // Showing what follows.
  const show = () => {
    const { least, values } = answer(states), some = states.size > 0;
    for (const [place, { item, buttons, move, now, then, by }] of controls) {
      if (!item.isConnected) continue;
      const node = nodes[place], value = values[place];
      buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(states.get(place) === (at === 0))));
      const isStill = !value || value.same || (!value.set && !isClear(value, node));
      move(node.now, value, isStill);
      item.classList.toggle("set", Boolean(value?.set));
      now.hidden = isStill && Boolean(value);
      then.textContent = !value ? "too rare" : value.set ? word(value.to === 1) : value.same ? node.text : value.text;
      by.textContent = "";
      if (value && !value.set && !value.same) {
        by.append(make("small", "error", margin(value.error)), " ");
        if (!isStill) by.append(make("span", way(value.to - node.now), points(value.to - node.now)));
      }
    }
    verdict(least);
    byId("lab-start").hidden = some;
    byId("lab-command").hidden = !some;
    byId("lab-whatif").textContent = `forecastc whatif ${pairs(" ")}`;
    byId("lab-undo").disabled = !past.length;
    byId("lab-reset").disabled = byId("lab-copy").disabled = !some;
    byId("lab-copy").textContent = "Copy link";
    byId("lab-chips").replaceChildren(...[...states].map(([place, yes]) => {
      const item = make("li", `lab-chip ${word(yes)}`), off = make("button", "", "×");
      off.type = "button";
      off.setAttribute("aria-label", `Suppose nothing of ${nodes[place].id}`);
      off.addEventListener("click", () => { set(place, null); (byId("lab-chips").querySelector("button") ?? byId("lab-filter")).focus(); });
      item.append(link(nodes[place]), make("strong", "", word(yes)), off);
      return item;
    }));
    movers(values, some);
  };
  const verdict = (least) => {
    const of = `of ${worlds.toLocaleString("en")} worlds`;
    const element = byId("lab-verdict");
    element.classList.toggle("rare", least < FEW);
    element.textContent = !states.size ? "" : "This is so in " + (
      least === 0 ? `none ${of}: it cannot be, or it is too rare to count here. The command below tells which.`
      : least < NONE ? `only ${least} ${of}: too few to count in. The command below answers it.`
      : least < FEW ? `only ${least} ${of}: the numbers are rough. The command below is surer.`
      : `${least.toLocaleString("en")} ${of}, ${percent(least / worlds)}.`);
  };
  const movers = (values, some) => {
    const moved = nodes.map((node, place) => ({ node, value: values[place] }))
      .filter(({ node, value }) => value && !value.set && !value.same && isClear(value, node))
      .sort((one, other) => Math.abs(other.value.to - other.node.now) - Math.abs(one.value.to - one.node.now));
    byId("lab-moves").hidden = !some || values.some((value) => value === null);
    byId("lab-movers").replaceChildren(...moved.slice(0, MOVERS).map(({ node, value }) => {
      const item = make("li", "lab-mover"), [svg, move] = lane(), by = value.to - node.now;
      move(node.now, value);
      const numbers = make("span", "lab-numbers"), then = make("b", "chance", value.text);
      then.append(" ", make("small", "error", margin(value.error)));
      numbers.append(make("span", "lab-now", node.text), " → ", then);
      item.append(make("span", `lab-points ${way(by)}`, points(by)), link(node), svg, numbers);
      return item;
    }));
    const rest = moved.length - MOVERS;
    byId("lab-rest").textContent = !moved.length ? "Nothing else moves by more than its error."
      : rest > 0 ? `And ${rest} more, moving less.` : "";
  };

  byId("lab-filter").addEventListener("input", filter);
  byId("lab-undo").addEventListener("click", undo);
  byId("lab-reset").addEventListener("click", () => become(new Map()));
  byId("lab-copy").addEventListener("click", () => {
    const done = (text) => { byId("lab-copy").textContent = text; };
    // Pages from the disk may not write to the clipboard: the address bar holds the same.
    const copied = navigator.clipboard?.writeText(location.href);
    if (copied) copied.then(() => done("Copied"), () => done("Copy the address"));
    else done("Copy the address");
  });
  byId("lab-more").addEventListener("click", () => byId("lab-filter").focus());
  addEventListener("hashchange", () => {
    // The link that skips to the content supposes nothing.
    if (location.hash && !location.hash.includes("=")) return;
    past.push(states);
    states = read();
    show();
  });

  states = read();
  byId("lab").hidden = false;
  filter();
})();
