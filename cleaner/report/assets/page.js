"use strict";
// Scraped text is hostile: every word of it goes in as a text node, never as markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const make = (tag, words, attributes = {}) => {
    const node = document.createElement(tag);
    if (words !== undefined) node.textContent = words;
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  };
  const format = new Intl.NumberFormat("en");
  const number = (n) => format.format(n);
  const percent = (share) => (100 * share).toFixed(1) + " %";

  // ---------------------------------------------------------------- verdicts
  // Keys: "rule ID", "stretch RULE HASH", "block KEY"; a value of "" means as proposed.
  const verdicts = new Map(Object.entries(data.verdicts));
  const changed = new Map();
  const verdict = (key) => (changed.has(key) ? changed.get(key) : verdicts.get(key) || "");
  const proposed = new Map(data.blocks.map((block) => [`block ${block.key}`, block.proposed || "repeated"]));
  const undecided = (key, value) => !value || value === proposed.get(key);
  function decide(key, value) {
    // What was decided on a block stands in review.toml too, so that taking it back has to be said.
    if (!value && verdicts.has(key) && proposed.has(key)) value = proposed.get(key);
    if ((verdicts.get(key) || "") === value) changed.delete(key);
    else changed.set(key, value);
    $("review-state").textContent = changed.size
      ? `${changed.size} verdict${changed.size > 1 ? "s" : ""} changed, not saved yet.` : "No verdict was changed.";
    $("save").disabled = changed.size === 0;
    verdictTable();
  }
  async function save() {
    const all = new Map([...verdicts, ...changed]);
    const body = JSON.stringify(Object.fromEntries([...all].filter(([, value]) => value)), null, 2) + "\n";
    if (data.serve) {
      const answer = await fetch("review", { method: "POST", body,
        headers: { "Content-Type": "application/json", "X-Cleaner-Token": data.serve } }).catch((error) => ({ ok: false, statusText: String(error) }));
      $("review-state").textContent = answer.ok ? await answer.text() : `Not saved: ${answer.statusText}`;
      if (!answer.ok) return;
    } else {
      const link = make("a", undefined, { href: URL.createObjectURL(new Blob([body], { type: "application/json" })), download: "review.json" });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
      $("review-state").textContent = "Saved as review.json: hand it to `cleaner clean --review review.json`.";
    }
    for (const [key, value] of changed) { if (value) verdicts.set(key, value); else verdicts.delete(key); }
    changed.clear();
    $("save").disabled = true;
    verdictTable();
  }
  $("save").addEventListener("click", save);
  addEventListener("beforeunload", (event) => { if (changed.size) event.preventDefault(); });

  function chooser(key, options, label) {
    const select = make("select", undefined, { "aria-label": label });
    for (const [value, words] of options) select.append(make("option", words, { value }));
    select.value = undecided(key, verdict(key)) ? "" : verdict(key);
    select.addEventListener("change", () => decide(key, select.value));
    return select;
  }

  // ---------------------------------------------------------------- tables
  const PAGE = 100;
  const labels = (id) => [...$(id).tHead.rows[0].cells].map((cell) => cell.textContent);
  // Fills a table as far as it is looked at: thousands of choosers would make the page slow to open.
  function paged(id, rows, wordsOfRow, build) {
    const body = $(id).tBodies[0];
    const names = labels(id);
    const more = make("button", "Show more", { type: "button" });
    let fitting = rows;
    let listed = 0;
    const add = () => {
      for (const row of fitting.slice(listed, listed + PAGE)) {
        const node = make("tr");
        node.append(...build(row));
        [...node.cells].forEach((cell, n) => { cell.dataset.label = names[n]; });
        body.append(node);
      }
      listed = Math.min(listed + PAGE, fitting.length);
      more.hidden = listed >= fitting.length;
    };
    const fill = () => { body.replaceChildren(); listed = 0; add(); };
    more.addEventListener("click", add);
    $(id).parentElement.append(more);
    const search = $(id.replace("table", "search"));
    if (search) search.addEventListener("input", () => {
      const wanted = search.value.toLowerCase();
      fitting = rows.filter((row) => wordsOfRow(row).toLowerCase().includes(wanted));
      fill();
    });
    fill();
    return fill;
  }
  const cell = (node) => { const td = make("td"); td.append(node); return td; };
  const fillRules = paged("rule-table", data.rules, ([id, kind]) => `${id} ${kind}`, ([id, kind, stretches, letters, documents]) => {
    const name = make("th", undefined, { scope: "row" });
    const button = make("button", id, { type: "button", title: "Show its documents" });
    button.addEventListener("click", () => { $("f-rule").value = id; filter(); $("documents").scrollIntoView(); });
    name.append(button);
    return [name, make("td", kind), ...[stretches, letters, documents].map((n) => make("td", number(n), { class: "n" })),
      cell(chooser(`rule ${id}`, [["", "remove"], ["keep", "keep"]], `Verdict on ${id}`))];
  });
  const fillBlocks = data.blocks.length ? paged("block-table", data.blocks, (block) => `${block.site} ${block.example}`, ({ key, site, documents, share, example }) => {
    const words = make("th", undefined, { scope: "row" });
    words.append(make("bdi", example, { class: "block" }));
    const options = [["", `as proposed: ${proposed.get(`block ${key}`)}`], ["keep", "keep"], ...data.kinds.map((kind) => [kind, `remove as ${kind}`])];
    return [words, make("td", site), make("td", number(documents), { class: "n" }), make("td", percent(share), { class: "n" }),
      cell(chooser(`block ${key}`, options, `Verdict on a block of ${site}`))];
  }) : () => {};

  // What was decided, in an earlier review too: what is kept is found no more, so that it could not be met elsewhere.
  function verdictTable() {
    const keys = [...new Set([...verdicts.keys(), ...changed.keys()])].filter((key) => changed.has(key) || !undecided(key, verdict(key))).sort();
    $("verdicts").hidden = keys.length === 0;
    const body = $("verdict-table").tBodies[0];
    const names = labels("verdict-table");
    body.replaceChildren(...keys.map((key) => {
      const [subject, ...rest] = key.split(" ");
      const value = undecided(key, verdict(key)) ? "" : verdict(key);
      const button = make("button", value ? "Withdraw" : "Restore", { type: "button", "aria-label": `${value ? "Withdraw" : "Restore"} the verdict on ${key}` });
      button.addEventListener("click", () => {
        decide(key, value ? "" : verdicts.get(key));
        fillRules(); fillBlocks(); marks();
        const same = [...body.rows].find((row) => row.dataset.key === key);
        (same ? same.querySelector("button") : $("review-state")).focus();
      });
      const name = make("th", undefined, { scope: "row" });
      name.append(make("bdi", known.get(key) || rest.join(" ")));
      const row = make("tr");
      row.dataset.key = key;
      row.append(make("td", subject), name, make("td", value || "withdrawn"), cell(button));
      [...row.cells].forEach((one, n) => { one.dataset.label = names[n]; });
      return row;
    }));
  }
  const known = new Map(data.blocks.map(({ key, example }) => [`block ${key}`, example]));

  // ---------------------------------------------------------------- documents
  let found = [];
  let stretches = [];
  let here = -1;
  let listed = 0;
  let at = -1;
  const narrow = matchMedia("(max-width: 60rem)");  // the list stands above the document there
  const lowered = new Map();
  const wordsOf = (document_) => {
    if (!lowered.has(document_)) {
      const parts = document_.p.map((part) => (typeof part === "string" ? part : part === null ? "\n" : part[2]));
      lowered.set(document_, (document_.n + "\n" + parts.join("")).toLowerCase());
    }
    return lowered.get(document_);
  };
  const hasPart = (document_, place, value) => document_.p.some((part) => part !== null && typeof part !== "string" && part[place] === value);
  function fill(id, values) { for (const value of values) $(id).append(make("option", value, { value })); }
  const every = (pick) => [...new Set(data.documents.map(pick))].sort();
  fill("f-kind", data.kinds);
  fill("f-rule", data.rules.map(([id]) => id));
  fill("f-site", every((d) => d.h));
  fill("f-status", every((d) => d.s));

  function filter() {
    const text = $("f-text").value.toLowerCase();
    const kind = data.kinds.indexOf($("f-kind").value);
    const rule = data.rules.findIndex(([id]) => id === $("f-rule").value);
    const site = $("f-site").value;
    const status = $("f-status").value;
    found = data.documents.filter((d) => (!site || d.h === site) && (!status || d.s === status) &&
      (kind < 0 || hasPart(d, 0, kind)) && (rule < 0 || hasPart(d, 1, rule)) && (!text || wordsOf(d).includes(text)));
    $("count").textContent = `${number(found.length)} of ${number(data.documents.length)} shown`;
    $("list").replaceChildren();
    listed = 0;
    more();
    show(found.length ? 0 : -1);
  }
  function more() {
    for (const entry of found.slice(listed, listed + PAGE)) {
      const index = listed++;
      const button = make("button", undefined, { type: "button" });
      button.append(make("bdi", entry.t || entry.n, { class: "name" }),
        make("span", `${entry.s} · ${percent(entry.share)} removed · ${entry.h}`, { class: "facts" }));
      button.addEventListener("click", () => { show(index); if (narrow.matches) $("view").scrollIntoView(); });
      const item = make("li");
      item.append(button);
      $("list").append(item);
    }
    $("more").hidden = listed >= found.length;
  }
  $("more").addEventListener("click", more);

  function show(index) {
    at = index;
    while (index >= listed && listed < found.length) more();
    [...$("list").children].forEach((item, n) => item.firstChild.setAttribute("aria-current", String(n === index)));
    for (const id of ["before", "after", "view-name", "view-facts", "inspector"]) $(id).replaceChildren();
    stretches = [];
    here = -1;
    if (index < 0) { $("view-name").textContent = "Nothing fits the filter"; return; }
    const item = $("list").children[index];
    const box = $("list").parentElement;  // scrolled by hand, so that the page itself stays where it is
    if (item.offsetTop < box.scrollTop) box.scrollTop = item.offsetTop;
    else if (item.offsetTop + item.offsetHeight > box.scrollTop + box.clientHeight) box.scrollTop = item.offsetTop + item.offsetHeight - box.clientHeight;
    const entry = found[index];
    $("view-name").append(make("bdi", entry.n));
    const facts = [entry.s + (entry.r ? `: ${entry.r}` : ""), entry.t, entry.a.join(", "), entry.d, entry.g.join(" · ")];
    $("view-facts").append(make("bdi", facts.filter(Boolean).join(" | ")));
    const before = make("bdi");
    const after = make("bdi");
    for (const part of entry.p) {
      if (typeof part === "string") { before.append(part); after.append(part); continue; }
      if (part === null) { for (const pane of [before, after]) pane.append(make("em", " … (not shown) … ", { class: "gap" })); continue; }
      before.append(stretch(part, stretches.length));
    }
    $("before").append(before);
    $("after").append(after);
    $("before").scrollTop = $("after").scrollTop = 0;
  }
  function stretch(part, index) {
    const [kind, rule, words, , , hash] = part;
    const node = make("del", undefined, { title: told(part) });
    const label = make("button", data.kinds[kind], { type: "button", class: "label" });
    const key = `stretch ${data.rules[rule][0]} ${hash}`;
    node.classList.toggle("kept", verdict(key) === "keep");
    label.addEventListener("click", () => { inspect(index); toggle(index); });
    label.addEventListener("focus", () => inspect(index));
    node.addEventListener("mouseenter", () => inspect(index));
    const lead = words.match(/^\s*/)[0];  // so that the label stands where the words begin
    node.append(lead, label, words.slice(lead.length));
    stretches.push({ node, label, part, key });
    return node;
  }
  function told(part) {
    const also = part[3].length ? `, with ${part[3].join(", ")}` : "";
    const seen = part[4] ? `, seen in ${part[4]} documents` : "";
    return `${data.kinds[part[0]]}: ${data.rules[part[1]][0]}${also}${seen}`;
  }
  function marks() { for (const { node, key } of stretches) node.classList.toggle("kept", verdict(key) === "keep"); }
  function inspect(index) {
    if (here >= 0) stretches[here].node.classList.remove("here");
    here = index;
    const { node, part, key } = stretches[index];
    node.classList.add("here");
    const kept = verdict(key) === "keep" ? " It will be kept." : " Press x, or its label, to keep it.";
    $("inspector").textContent = `${told(part)}.${kept}`;
  }
  function toggle(index) {
    const { node, key } = stretches[index];
    known.set(key, `${data.rules[stretches[index].part[1]][0]}: ${stretches[index].part[2].trim()}`);
    decide(key, verdict(key) === "keep" ? "" : "keep");
    marks();
    inspect(index);
  }
  function step(by) {
    if (!stretches.length) return;
    const next = (here + by + stretches.length) % stretches.length;
    stretches[next].label.focus();
    stretches[next].node.scrollIntoView({ block: "center" });
  }
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const keys = {
      j: () => show(Math.min(at + 1, found.length - 1)), k: () => show(Math.max(at - 1, Math.min(0, found.length - 1))),
      n: () => step(1), p: () => step(-1), "/": () => $("f-text").focus(), x: () => here >= 0 && toggle(here),
    };
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
  let waiting;
  $("f-text").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 120); });
  for (const id of ["f-kind", "f-rule", "f-site", "f-status"]) $(id).addEventListener("change", filter);
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  filter();
  verdictTable();

  // ---------------------------------------------------------------- charts
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const charts = [];
  function draw() {
    charts.splice(0).forEach((chart) => chart.destroy());
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    Chart.defaults.color = colour("--soft");
    Chart.defaults.borderColor = colour("--line");
    Chart.defaults.animation = false;
    const plot = (id, type, { labels, values }, options) => {
      if (!$(id) || !labels.length) return;
      charts.push(new Chart($(id), { type, data: { labels, datasets: [{ data: values, backgroundColor: colour("--bar"), borderColor: colour("--bar"), pointRadius: 2 }] },
        options: { maintainAspectRatio: false, plugins: { legend: { display: false } }, ...options } }));
    };
    const shares = { ticks: { callback: (value) => `${value} %` } };
    plot("chart-kinds", "bar", data.charts.kinds, { indexAxis: "y" });
    plot("chart-sites", "bar", data.charts.sites, { indexAxis: "y", scales: { x: shares } });
    plot("chart-languages", "bar", data.charts.languages, { indexAxis: "y", scales: { x: shares } });
    plot("chart-months", "line", data.charts.months, { scales: { y: { beginAtZero: true, ...shares } } });
  }
  $("theme").addEventListener("click", () => {
    const root = document.documentElement;
    const now = root.dataset.theme === "auto" ? (dark.matches ? "dark" : "light") : root.dataset.theme;
    root.dataset.theme = now === "dark" ? "light" : "dark";
    $("theme").setAttribute("aria-pressed", String(root.dataset.theme === "dark"));
    draw();
  });
  dark.addEventListener("change", draw);
  draw();
})();
