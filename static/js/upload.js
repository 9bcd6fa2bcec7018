// Large files leave in pieces, with progress. A dropped connection goes on where it stopped; so does the same file,
// chosen again after a reload. Without script the form sends small files as ever.
"use strict";

for (const form of document.querySelectorAll("form[data-upload]")) {
  const words = form.dataset;
  const input = form.querySelector("input[type=file]");
  const state = form.querySelector("[data-upload-state]");
  const bar = state.querySelector("progress");
  const line = state.querySelector("[data-upload-words]");
  const drop = form.querySelector("[data-drop]");
  const token = form.elements.csrfmiddlewaretoken.value;
  const most = Number(words.piece);
  let stop = null;

  // With script larger files are taken: the server says when one is too large.
  delete drop.dataset.mostBytes;

  const fill = (pattern, ...values) => values.reduce((text, value) => text.replace("%s", value), pattern);
  const size = (bytes) => {
    const units = ["B", "kB", "MB", "GB"];
    let n = bytes;
    let i = 0;
    while (n >= 1000 && i < units.length - 1) { n /= 1000; i += 1; }
    return `${n.toLocaleString(document.documentElement.lang, { maximumFractionDigits: i > 1 ? 1 : 0 })}\u00a0${units[i]}`;
  };
  const coded = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  const say = (text) => { if (line.textContent !== text) line.textContent = text; };
  const wait = (seconds) => new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    stop.signal.addEventListener("abort", () => { clearTimeout(timer); reject(stop.signal.reason); }, { once: true });
  });

  // A refusal with the server's sentence; anything else is a connection that dropped.
  class Refused extends Error {}

  const ask = async (address, method, headers = {}, body = null) => {
    const response = await fetch(address, {
      method, body, signal: stop.signal, redirect: "error",
      headers: { "Tus-Resumable": "1.0.0", "X-CSRFToken": token, ...headers },
    });
    if (response.ok || response.status === 409 && response.headers.has("Upload-Offset")) return response;
    // The server's own trouble passes; whatever else it says is meant.
    if (response.status >= 500 && response.status !== 507) throw new TypeError(String(response.status));
    const text = await response.text();
    throw new Refused(response.headers.get("Content-Type")?.startsWith("text/plain") ? text : String(response.status));
  };

  // Tries again for as long as it takes, ever more slowly.
  const patiently = async (work) => {
    for (let pause = 1; ; pause = Math.min(pause * 2, 30)) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof Refused || stop.signal.aborted) throw error;
        say(fill(words.wordAgain, pause));
        await wait(pause);
      }
    }
  };

  const checksum = async (piece) => {
    if (!crypto.subtle) return {};
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await piece.arrayBuffer()));
    return { "Upload-Checksum": `sha256 ${btoa(String.fromCharCode(...hash))}` };
  };

  const progress = (file, offset, began, from) => {
    bar.value = (100 * offset) / file.size;
    const speed = (offset - from) / Math.max((performance.now() - began) / 1000, 0.001);
    const minutes = Math.round((file.size - offset) / speed / 60);
    const left = offset > from ? (minutes < 1 ? words.wordLast : fill(words.wordLeft, minutes)) : "";
    say([fill(words.wordProgress, file.name, size(offset), size(file.size)), left].filter(Boolean).join(", "));
  };

  const send = async (file, mine) => {
    const named = `filename ${coded(file.name)},fingerprint ${coded(`${file.size}-${file.lastModified}-${file.name}`.slice(0, 60))}`;
    const begun = await patiently(() => ask(words.begin, "POST", { "Upload-Length": String(file.size), "Upload-Metadata": named }));
    const address = begun.headers.get("Location");
    mine.push(address);
    let offset = Number(begun.headers.get("Upload-Offset"));
    const [began, from] = [performance.now(), offset];
    while (offset < file.size) {
      progress(file, offset, began, from);
      const piece = file.slice(offset, offset + most);
      const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(offset), ...(await checksum(piece)) };
      let lost = false;
      const answer = await patiently(() => {
        // Nobody knows what arrived of a piece that broke off: the server is asked.
        const again = lost;
        lost = true;
        return again ? ask(address, "HEAD") : ask(address, "PATCH", headers, piece);
      });
      offset = Number(answer.headers.get("Upload-Offset"));
    }
    progress(file, offset, began, from);
    return address;
  };

  const sendAll = async () => {
    const mine = [];
    stop = new AbortController();
    state.hidden = false;
    form.setAttribute("aria-busy", "true");
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    try {
      for (const file of [...input.files]) await send(file, mine);
      const ids = new URLSearchParams(mine.map((address) => ["upload", address.split("/").at(-2)]));
      const done = await patiently(() => ask(words.finish, "POST", {}, ids));
      say(words.wordDone);
      window.location.assign((await done.json()).address);
    } catch (error) {
      if (stop.signal.aborted) {
        for (const address of mine) await fetch(address, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0", "X-CSRFToken": token } }).catch(() => {});
        say(words.wordCancelled);
      } else {
        say(error instanceof Refused ? error.message : words.wordKept);
      }
      button.disabled = false;
      form.removeAttribute("aria-busy");
    }
  };

  form.querySelector("[data-upload-cancel]").addEventListener("click", () => stop && stop.abort());
  form.addEventListener("submit", (event) => {
    if (!input.files.length) return;
    event.preventDefault();
    sendAll();
  });
}
