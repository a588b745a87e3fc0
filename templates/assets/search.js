// Search: every word of the query must be found in an entry, as it is, as a beginning, or with a letter or two wrong.
//
// An id weighs more than a title, a title more than tags and people, and these more than running text. The query is
// in the address, as `#q=…`.
"use strict";
(() => {
  const data = document.getElementById("fc-data"), box = document.getElementById("search-query");
  if (!data || !box) return;
  const results = document.getElementById("search-results"), count = document.getElementById("search-count");
  const MOST = 40, LONGEST = 4096, LETTERS = 200;
  const ID = 60, TITLE = 20, WORDS = 12, TEXT = 3;

  const entries = JSON.parse(data.textContent);
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const split = (text) => plain(text).match(/[\p{L}\p{N}]+/gu) ?? [];

  // Each word of the index, with the entries that have it, and what it weighs there.
  const vocabulary = new Map();
  const learn = (word, place, weight) => {
    let own = vocabulary.get(word);
    if (!own) vocabulary.set(word, (own = new Map()));
    if ((own.get(place) ?? 0) < weight) own.set(place, weight);
  };
  entries.forEach((entry, place) => {
    if (entry.id) {
      learn(plain(entry.id), place, ID);
      for (const word of split(entry.id)) learn(word, place, ID / 2);
    }
    for (const word of split(entry.title)) learn(word, place, TITLE);
    for (const text of entry.words ?? []) for (const word of split(text)) learn(word, place, WORDS);
    for (const word of split(entry.text ?? "")) learn(word, place, TEXT);
  });

  // How many letters are wrong, swapped, missing or too many, of a word or of its beginning; more than `most` is
  // any number above it. (Damerau's distance, in its restricted form.)
  const distance = (typed, word, most) => {
    if (word.length < typed.length - most) return most + 1;
    const length = Math.min(word.length, typed.length + most);
    let before = [], last = Array.from({ length: length + 1 }, (_, at) => at);
    for (let row = 1; row <= typed.length; row++) {
      const next = [row];
      let least = row;
      for (let at = 1; at <= length; at++) {
        const isSame = typed[row - 1] === word[at - 1];
        next[at] = Math.min(last[at] + 1, next[at - 1] + 1, last[at - 1] + (isSame ? 0 : 1));
        if (row > 1 && at > 1 && typed[row - 1] === word[at - 2] && typed[row - 2] === word[at - 1])
          next[at] = Math.min(next[at], before[at - 2] + 1);
        least = Math.min(least, next[at]);
      }
      if (least > most) return most + 1;
      before = last;
      last = next;
    }
    // The first letters of a longer word count as well as the whole word does.
    return Math.min(...last.slice(Math.max(0, typed.length - most)));
  };

  // How well a word of the index fits one that was typed, from 0 to 1: as it is, or as a beginning.
  const fit = (typed, word) =>
    word === typed ? 1 : word.startsWith(typed) ? 0.55 + (0.35 * typed.length) / word.length : 0;
  // The same with a letter wrong, or two in a long word.
  const loose = (typed, word) => {
    const most = typed.length < 4 ? 0 : typed.length < 8 ? 1 : 2;
    // Hardly anyone gets the first letter wrong and all else right.
    if (!most || (word[0] !== typed[0] && word[1] !== typed[0] && word[0] !== typed[1])) return fit(typed, word);
    // Of a short word a beginning with a wrong letter is anything.
    if (typed.length < 6 && word.length > typed.length + most) return fit(typed, word);
    const wrong = distance(typed, word, most);
    return Math.max(fit(typed, word), wrong > most ? 0 : (wrong === 1 ? 0.45 : 0.3) * (word.length <= typed.length + most ? 1 : 0.7));
  };

  // The entries that a typed word is found in, with the best score of each; what was found there goes to `hits`.
  const match = (typed, isLoose, hits) => {
    const scores = new Map();
    for (const [word, own] of vocabulary) {
      const quality = isLoose ? loose(typed, word) : fit(typed, word);
      if (!quality) continue;
      for (const [place, weight] of own) {
        scores.set(place, Math.max(quality * weight, scores.get(place) ?? 0));
        if (!hits.has(place)) hits.set(place, new Set());
        hits.get(place).add(word);
      }
    }
    return scores;
  };
  const find = (query) => {
    const whole = plain(query).trim();
    const typed = [...new Set(whole.match(/[\p{L}\p{N}_.-]*[\p{L}\p{N}]/gu) ?? [])].slice(0, 12);
    // An id may be typed whole; any other word with signs in it is several.
    const parts = typed.flatMap((one) => (vocabulary.has(one) ? [one] : split(one)));
    // Letters are taken for wrong only where the words as they are lead nowhere.
    for (const isLoose of [false, true]) {
      const hits = new Map();
      let found = null;
      for (const part of parts) {
        let scores = match(part, isLoose, hits);
        if (!scores.size) scores = match(part, true, hits);
        if (!found) found = scores;
        else for (const [place, score] of [...found]) {
          if (scores.has(place)) found.set(place, score + scores.get(place));
          else found.delete(place);
        }
      }
      if (!found?.size) continue;
      const ranked = [...found].map(([place, score]) => {
        const entry = entries[place];
        if (plain(entry.id) === whole) score += 1000;
        else if (whole.length > 2 && plain(entry.title).includes(whole)) score += 25;
        // A page of its own before a step on another's.
        if (entry.kind === "milestone") score *= 0.9;
        return { entry, score, place, words: hits.get(place) };
      });
      return ranked.sort((one, other) => other.score - one.score || one.place - other.place);
    }
    return [];
  };

  const make = (tag, name, text) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  // Text with the words that were found marked.
  const marked = (element, text, found) => {
    for (const piece of text.split(/([\p{L}\p{N}]+)/u)) {
      if (piece) element.append(found.has(plain(piece)) ? make("mark", "", piece) : piece);
    }
    return element;
  };
  // The running text around the first word that was found.
  const excerpt = (entry, found) => {
    const text = entry.text ?? "";
    const pieces = text.split(/([\p{L}\p{N}]+)/u);
    const first = pieces.findIndex((piece) => found.has(plain(piece)));
    if (first < 0) return null;
    const start = first < 24 ? 0 : first - 16;
    const words = pieces.slice(start, start + 60).join("").trim();
    return marked(make("p", "search-text"), (start ? "… " : "") + words + (start + 60 < pieces.length ? " …" : ""), found);
  };
  const show = () => {
    const query = box.value.slice(0, LETTERS), found = query.trim() ? find(query) : [];
    results.replaceChildren(...found.slice(0, MOST).map(({ entry, words }) => {
      const item = make("li", "search-result"), link = make("a", entry.chance ? `node ${entry.kind}` : "node");
      item.dataset.kind = entry.kind;
      link.href = entry.href;
      if (entry.id) link.append(marked(make("span", "id"), entry.id, words.has(plain(entry.id)) && plain(query).includes(plain(entry.id)) ? new Set(split(entry.id)) : words), " ");
      link.append(marked(make("bdi"), entry.title, words));
      const head = make("p", "search-head");
      head.append(make("span", "search-kind", entry.kind), link, make("b", "chance", entry.chance ?? ""));
      item.append(head);
      const tags = (entry.words ?? []).filter((text) => split(text).some((word) => words.has(word)));
      if (tags.length) {
        const line = make("p", "search-words");
        tags.forEach((text, at) => marked(line, (at ? " · " : "") + text, words));
        item.append(line);
      }
      const text = excerpt(entry, words);
      if (text) item.append(text);
      return item;
    }));
    const rest = found.length - MOST;
    count.textContent = !query.trim() ? `${entries.length.toLocaleString("en")} things to find.`
      : !found.length ? `Nothing fits “${query.trim()}”.`
      : `${found.length.toLocaleString("en")} found${rest > 0 ? `, the best ${MOST} shown` : ""}.`;
  };

  const write = () => {
    const query = box.value.trim();
    history.replaceState(null, "", query ? `#q=${encodeURIComponent(query)}` : location.pathname + location.search);
  };
  const read = () => {
    const hash = location.hash;
    let query = "", note = "";
    if (hash.length > LONGEST) note = " The address is too long, and was not read.";
    else if (hash.startsWith("#q=")) {
      try { query = decodeURIComponent(hash.slice(3).replace(/\+/g, " ")).slice(0, LETTERS); } catch { note = " The address could not be read."; }
    } else if (hash.includes("=")) note = " The address asks for something else than a search, and was not read.";
    box.value = query;
    show();
    count.append(note);
  };

  // Keys: arrows walk from the box through the results and back.
  const links = () => [...results.querySelectorAll("a")];
  const clear = () => { box.value = ""; write(); show(); box.focus(); };
  box.addEventListener("input", () => { write(); show(); });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const [first] = links();
    if (event.key === "ArrowDown" && first) first.focus();
    else if (event.key === "Enter" && first) first.click();
    else if (event.key === "Escape") clear();
    else return;
    event.preventDefault();
  });
  results.addEventListener("keydown", (event) => {
    const all = links(), at = all.indexOf(event.target.closest("a"));
    if (event.key === "ArrowDown") all[Math.min(at + 1, all.length - 1)]?.focus();
    else if (event.key === "ArrowUp") (at > 0 ? all[at - 1] : box).focus();
    else if (event.key === "Home") all[0]?.focus();
    else if (event.key === "End") all[all.length - 1]?.focus();
    else if (event.key === "Escape") clear();
    else return;
    event.preventDefault();
  });
  addEventListener("hashchange", read);
  document.getElementById("search").hidden = false;
  read();
  box.focus({ preventScroll: true });
})();
