import { useEffect, useRef, useState } from "preact/hooks";
import { api, type Found } from "../api";

const WAIT_MS = 150;

/** Finds the page of whatever has a name. Ctrl+K, or / where a page has no search of its own. */
export function Search() {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [found, setFound] = useState<Found[]>([]);
  const [says, setSays] = useState("");
  const [chosen, setChosen] = useState(0);
  const [open, setOpen] = useState(false);

  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const typing = /^(INPUT|SELECT|TEXTAREA)$/.test((event.target as HTMLElement).tagName);
      const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !document.querySelector("main [role=search]");
      if (((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") || slash) {
        event.preventDefault();
        input.current?.focus();
        input.current?.select();
      }
    };
    document.addEventListener("keydown", focus);
    return () => document.removeEventListener("keydown", focus);
  }, []);

  useEffect(() => {
    if (text.trim() === "") {
      setFound([]);
      setSays("");
      return;
    }
    let ended = false;
    const timer = setTimeout(() => {
      api.search(text).then(
        (answer) => {
          if (ended) return;
          setFound(answer.found);
          setChosen(0);
          setSays(answer.found.length === 0 ? `Nothing is called so.${answer.problem ? " Tenants are not known: history does not answer." : ""}` : "");
        },
        (e: Error) => { if (!ended) { setFound([]); setSays(e.message); } },
      );
    }, WAIT_MS);
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [text]);

  const key = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setChosen((at) => Math.max(0, Math.min(found.length - 1, at + (event.key === "ArrowDown" ? 1 : -1))));
    } else if (event.key === "Enter" && found[chosen]) {
      location.assign(found[chosen].href);
    } else if (event.key === "Escape") {
      event.preventDefault(); // pages go back on Escape
      setText("");
      input.current?.blur();
    }
  };
  const shown = open && text.trim() !== "";
  return (
    <form class="find" role="search" aria-label="Everything" onSubmit={(event) => event.preventDefault()} onFocusOut={() => setTimeout(() => { if (document.activeElement !== input.current) setOpen(false); }, WAIT_MS)}>
      <input ref={input} type="search" autocomplete="off" aria-label="Search exits, pools, tenants, rooms, resolvers and policies" placeholder={matchMedia("(max-width: 760px)").matches ? "Search" : "Search  Ctrl K"} value={text} role="combobox" aria-expanded={shown} aria-controls="found" aria-autocomplete="list"
        {...(shown && found[chosen] ? { "aria-activedescendant": `found-${chosen}` } : {})}
        onFocus={() => setOpen(true)} onInput={(event) => { setText(event.currentTarget.value); setOpen(true); }} onKeyDown={key} />
      <ul id="found" role="listbox" aria-label="Found" hidden={!shown || found.length === 0}>
        {found.map((one, i) => (
          <li key={one.href} id={`found-${i}`} role="option" aria-selected={i === chosen} onMouseDown={() => location.assign(one.href)}><span class="label">{one.kind}</span> {one.name}</li>
        ))}
      </ul>
      {shown && says && <p class="found-none" role="status">{says}</p>}
    </form>
  );
}
