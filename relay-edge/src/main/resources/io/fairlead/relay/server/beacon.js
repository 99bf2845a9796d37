// Tells which resolver stands before whom: fetches a name that nobody has asked for before, and an empty answer from it. No cookie, no identity.
// <script async src="http://HOST/beacon.js" data-zone="beacon.ZONE"></script>
(() => {
  const self = document.currentScript;
  const zone = self?.dataset.zone;
  const share = Number(self?.dataset.share ?? 1);
  if (!zone || Math.random() >= share) {
    return;
  }
  const from = new URL(self.src);
  const name = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const address = `${from.protocol}//${name}.${zone}${from.port ? ":" + from.port : ""}/beacon`;
  const settings = { mode: "no-cors", credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer" };
  // After a moment, so that it takes nothing from the page; whether it comes is nobody's concern here.
  setTimeout(() => fetch(address, settings).catch(() => {}), 1000 + 2000 * Math.random());
})();
