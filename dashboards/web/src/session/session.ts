import { send } from "../api";

/** Who looks at this page, as the console told once. */
export interface Session { open: boolean; name: string | null; role: string | null; csrf: string | null; endsAtMs: number | null }

let known: Session | null = null;
let asked: Promise<Session> | null = null;

/** Asked once a page. */
export function session(): Promise<Session> {
  asked ??= fetch("/api/session", { headers: { Accept: "application/json" } }).then(async (response) => (known = (await response.json()) as Session));
  return asked;
}

export async function logIn(token: string): Promise<Session> {
  return await send<Session>("/api/login", { token }, "");
}

export async function logOut(): Promise<void> {
  await send<Session>("/api/logout", {}, known?.csrf ?? "");
  location.assign("/login");
}

/** A change, as whoever is logged in. */
export async function change<T>(path: string, body: unknown): Promise<T> {
  const { csrf } = await session();
  return await send<T>(path, body, csrf ?? "");
}

/** Where the log-in leads: to a page of this console and nowhere else. Whole, for a path that begins with two slashes is another site's name. */
export function destination(search: string): string {
  try {
    const to = new URL(new URLSearchParams(search).get("to") ?? "/", location.origin);
    return to.origin === location.origin && to.pathname !== "/login" ? to.href : "/";
  } catch {
    return "/";
  }
}
