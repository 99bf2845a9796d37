import { useEffect, useState } from "preact/hooks";

/** Asks now, whenever what is asked changes, and every two seconds while the page is seen. */
export function useAnswer<T>(ask: () => Promise<T>, of: string, everyMs = 2_000): { answer: T | null; problem: string | null } {
  const [told, setTold] = useState<{ of: string; answer: T | null; problem: string | null }>({ of, answer: null, problem: null });
  useEffect(() => {
    let ended = false;
    const again = () => {
      if (document.hidden) return;
      ask().then(
        (answer) => { if (!ended) setTold({ of, answer, problem: null }); },
        (e: Error) => { if (!ended) setTold((before) => ({ of, answer: before.of === of ? before.answer : null, problem: e.message })); },
      );
    };
    again();
    const timer = setInterval(again, everyMs);
    return () => {
      ended = true;
      clearInterval(timer);
    };
  }, [of]);
  return { answer: told.answer, problem: told.problem };
}

/** Arrows walk the links or buttons of a list that match. */
export function walk(event: KeyboardEvent, selector: string): void {
  const all = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>(selector)];
  const here = all.findIndex((one) => one === document.activeElement);
  if (here < 0) return;
  const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  all[Math.max(0, Math.min(all.length - 1, to))]?.focus();
}
