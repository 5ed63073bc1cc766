/*
 * <anyq-widget lang="kk|ru|en" [api="https://…"]>: ask about health insurance, get a cited answer.
 * One custom element in a shadow root, no framework, no storage, no cookies. Everything from the service is inserted as
 * text, never as HTML.
 */
(() => {
  "use strict";

  const SCRIPT = document.currentScript;
  const ORIGIN = SCRIPT ? new URL(SCRIPT.src, location.href).origin : location.origin;
  const LONGEST_WAIT = 15000; // ms

  const STYLE = `
    :host { display: block; font: 18px/1.5 system-ui, "Noto Sans", sans-serif; color: #16232b; }
    * { box-sizing: border-box; }
    .box { background: #fff; border: 1px solid #d5dee2; border-radius: .8rem; padding: 1rem; }
    h2 { font-size: 1.3rem; line-height: 1.25; margin: 0 0 .3rem; }
    h3 { font-size: 1.05rem; margin: .9rem 0 .2rem; }
    p { margin: .4rem 0; } ul, ol { margin: .3rem 0; padding-left: 1.4rem; } li { margin: .25rem 0; }
    .soft { color: #52636d; font-size: .9rem; }
    form { display: flex; gap: .5rem; margin: .8rem 0 .3rem; flex-wrap: wrap; }
    textarea { flex: 1 1 14rem; min-height: 3.2rem; font: inherit; padding: .6rem .7rem; border: 2px solid #7d8f98; border-radius: .6rem; resize: vertical; }
    button { font: inherit; border: 0; border-radius: .6rem; padding: .7rem 1.1rem; min-height: 3rem; cursor: pointer; }
    button.main { flex: 1 0 8rem; background: #0b6e6e; color: #fff; font-weight: 600; }
    button.main[disabled] { opacity: .6; cursor: wait; }
    button.pick { display: block; width: 100%; text-align: left; background: #eef4f4; color: #084f4f; margin: .4rem 0; }
    .pick.case { font-weight: 600; }
    .pick.case small { display: block; font-size: .85rem; font-weight: 400; color: #445560; }
    .mine { border-left: 4px solid #0b6e6e; padding-left: .6rem; }
    .answer { border-top: 1px solid #d5dee2; margin-top: 1rem; padding-top: .6rem; }
    .notice { background: #fff7dd; border-left: 4px solid #e0a800; padding: .5rem .7rem; margin: .5rem 0; }
    .handoff { background: #e9f3f3; border-left: 4px solid #0b6e6e; padding: .6rem .8rem; margin: .6rem 0; }
    .danger { background: #fdecea; border-left: 4px solid #b3261e; }
    a.call { display: inline-block; background: #0b6e6e; color: #fff; padding: .6rem 1.1rem; border-radius: .6rem; text-decoration: none; font-weight: 700; margin-top: .4rem; }
    .danger a.call { background: #b3261e; }
    .cite { font-size: .95rem; margin-top: .8rem; }
    a { color: #0b6e6e; overflow-wrap: anywhere; }
    :focus-visible { outline: 3px solid #e0a800; outline-offset: 2px; }
  `;

  /** Make an element with a class and children; strings become text nodes. */
  function el(name, className, ...children) {
    const node = document.createElement(name);
    if (className) node.className = className;
    node.append(...children.filter((child) => child !== null && child !== ""));
    return node;
  }

  /** Render the corpus's small Markdown (## headings, - and 1. lists, paragraphs) as DOM nodes. */
  function blocks(text) {
    const nodes = [];
    let list = null;
    for (const line of text.split("\n")) {
      const item = /^(-|\d+\.) (.*)$/.exec(line);
      if (item) {
        const tag = item[1] === "-" ? "ul" : "ol";
        if (!list || list.localName !== tag) nodes.push((list = el(tag)));
        list.append(el("li", "", item[2]));
        continue;
      }
      if (list && /^ +\S/.test(line)) { list.lastChild.append(" " + line.trim()); continue; }
      list = null;
      if (line.startsWith("## ")) nodes.push(el("h3", "", line.slice(3)));
      else if (line.trim()) nodes.push(el("p", "", line.trim()));
    }
    return nodes;
  }

  class AnyqWidget extends HTMLElement {
    static observedAttributes = ["lang"];

    connectedCallback() {
      if (!this.shadowRoot) this.attachShadow({ mode: "open" });
      this.start();
    }

    attributeChangedCallback() { if (this.shadowRoot) this.start(); }

    get api() { return (this.getAttribute("api") || ORIGIN).replace(/\/$/, ""); }
    get language() { return ["kk", "ru", "en"].includes(this.lang) ? this.lang : "kk"; }

    async start() {
      try {
        this.words = await (await fetch(`${this.api}/strings/${this.language}.json`)).json();
      } catch {
        this.shadowRoot.replaceChildren(el("p", "", "☎ 1414"));
        return;
      }
      this.draw();
    }

    draw() {
      const w = this.words;
      const style = el("style", "", STYLE);
      this.input = el("textarea");
      Object.assign(this.input, { rows: 2, maxLength: 1000, placeholder: w.placeholder });
      this.input.setAttribute("aria-label", w.placeholder);
      this.button = el("button", "main", w.ask);
      this.form = el("form", "", this.input, this.button);
      this.form.addEventListener("submit", (event) => { event.preventDefault(); this.ask(); });
      this.input.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); this.ask(); }
      });
      this.result = el("div");
      this.result.setAttribute("aria-live", "polite");
      this.examples = el("div", "", el("p", "soft", `${w.examples_title}:`),
        ...[w.ex1, w.ex2, w.ex3].map((text) => this.pick(text, text)));
      const box = el("div", "box", el("h2", "", w.title), el("p", "soft", w.tagline), this.form, el("p", "soft", w.privacy),
        this.result, this.examples);
      box.lang = this.language;
      this.shadowRoot.replaceChildren(style, box);
    }

    /** A button that asks `question`. */
    pick(label, question) {
      const button = el("button", "pick", label);
      button.type = "button";
      button.addEventListener("click", () => { this.input.value = question; this.ask(); });
      return button;
    }

    /** A button for another entry: its question, and above it, where the asker may be in it, whose case it is. */
    offer(other) {
      const question = other.question || other.title;
      if (!other.case) return this.pick(question, question);
      const button = this.pick(other.case, question);
      button.classList.add("case");
      button.append(" ", el("small", "", question));
      return button;
    }

    async ask() {
      const question = this.input.value.trim();
      if (!question || this.button.disabled) return;
      const w = this.words;
      this.button.disabled = true;
      this.examples.hidden = true;
      this.result.replaceChildren(el("p", "soft", w.asking));
      try {
        const address = `${this.api}/v1/answer?q=${encodeURIComponent(question)}`;
        const response = await fetch(address, { signal: AbortSignal.timeout(LONGEST_WAIT) });
        if (!response.ok) throw new Error(String(response.status));
        this.show(await response.json());
      } catch (error) {
        const text = error instanceof TypeError ? w.offline : w.error;
        this.result.replaceChildren(this.contact({ message: text, phone: "1414" }, false));
      } finally {
        this.button.disabled = false;
      }
    }

    show(answer) {
      const w = this.words;
      const danger = answer.outcome === "EMERGENCY";
      const nodes = [];
      if (danger && answer.handoff) nodes.push(this.contact(answer.handoff, true));
      for (const notice of answer.notices) nodes.push(el("div", "notice", notice.message));
      if (answer.case) nodes.push(el("p", "mine", `${w.for_case}: `, el("b", "", answer.case)));
      if (answer.text) nodes.push(...blocks(answer.text));
      if (!danger && answer.handoff) nodes.push(this.contact(answer.handoff, false));
      if (!danger) nodes.push(...this.cases(answer));
      nodes.push(...this.sources(answer.citations));
      if (!danger) nodes.push(...this.offers(w.also, answer.alternatives.filter((a) => !this.isCase(a, answer))));
      const box = el("div", "answer", ...nodes);
      box.lang = answer.language;
      box.dataset.outcome = answer.outcome;
      this.result.replaceChildren(box);
    }

    /** Tell whether the asker may be in the case of `other`: the service asked back, or says whose case it is. */
    isCase(other, answer) { return answer.outcome === "CLARIFY" || Boolean(answer.case && other.case); }

    cases(answer) {
      const heading = answer.outcome === "CLARIFY" ? this.words.clarify_pick : this.words.other_case;
      return this.offers(heading, answer.alternatives.filter((a) => this.isCase(a, answer)));
    }

    offers(heading, others) {
      return others.length ? [el("h3", "", heading), ...others.map((a) => this.offer(a))] : [];
    }

    contact(handoff, danger) {
      const call = el("a", "call", `${this.words.call} ${handoff.phone}`);
      call.href = `tel:${handoff.phone}`;
      return el("div", danger ? "handoff danger" : "handoff", el("div", "", handoff.message), call);
    }

    /** One line for each cited document: who published it, when, since when it holds, and a link to the passage. */
    sources(citations) {
      const w = this.words;
      const seen = new Set();
      return citations.filter((c) => !seen.has(c.document) && seen.add(c.document)).map((c) => {
        const link = el("a", "", w.open_source);
        link.href = c.link.startsWith("http") ? c.link : this.api + c.link;
        link.target = "_blank";
        link.rel = "noopener";
        const validity = `${w.valid_from}: ${c.valid_from}${c.valid_to ? ` — ${c.valid_to}` : ""}`;
        const date = c.source.date === "unknown" ? "" : `, ${c.source.date}`;
        return el("div", "cite soft", `${w.source}: ${c.source.publisher}, «${c.source.title}»${date}. ${validity}. `, link);
      });
    }
  }

  if (!customElements.get("anyq-widget")) customElements.define("anyq-widget", AnyqWidget);
})();
