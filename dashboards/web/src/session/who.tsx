import { useEffect, useState } from "preact/hooks";
import { logOut, session, type Session } from "./session";

export function useSession(): Session | null {
  const [known, setKnown] = useState<Session | null>(null);
  useEffect(() => { void session().then(setKnown, () => undefined); }, []);
  return known;
}

/** Who is logged in, and the way out; nothing where nobody is asked. */
export function Who() {
  const who = useSession();
  if (!who?.name) return null;
  return (
    <span class="who">
      <span class="who-name" title={`Role: ${who.role}`}>{who.name}<span class="hidden">, role {who.role}</span></span>
      <button type="button" class="quiet" title={`You are ${who.name}, ${who.role}`} onClick={() => void logOut()}>Log out</button>
    </span>
  );
}
