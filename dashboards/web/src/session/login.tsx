import { useEffect, useRef, useState } from "preact/hooks";
import { destination, logIn, session } from "./session";

/** The one page that everybody may see. */
export function LogInPage() {
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const onward = () => location.replace(destination(location.search));
  useEffect(() => {
    document.title = "Log in · Fairlead";
    // A link from elsewhere comes without the cookie, though one is logged in.
    void session().then((one) => { if (one.open || one.name !== null) onward(); });
    field.current?.focus();
  }, []);
  const submit = (event: Event) => {
    event.preventDefault();
    setBusy(true);
    logIn(field.current?.value ?? "").then(onward, (e: Error) => {
      setProblem(e.message);
      setBusy(false);
      field.current?.select();
    });
  };
  return (
    <main id="main" class="login">
      <form class="card" onSubmit={submit} aria-labelledby="login-title">
        <h1 id="login-title">
          <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true"><circle cx="16" cy="16" r="10" /><path d="M2 23 16 16l14-7" /></svg>
          Fairlead
        </h1>
        <label for="token">Your token</label>
        <input id="token" ref={field} type="password" autocomplete="current-password" spellcheck={false} required aria-describedby="token-hint" aria-invalid={problem !== ""} />
        <p id="token-hint" class="note">It begins with <span class="code">fairlead_</span>. Whoever runs this console makes one: <span class="code">fairlead console token add NAME</span></p>
        <p class="refusal" role="alert">{problem}</p>
        <button type="submit" class="act" disabled={busy}>Log in</button>
      </form>
    </main>
  );
}
