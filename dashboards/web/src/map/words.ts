/** What the map stands on, the best first; word and meaning of each. */
export const EVIDENCE: Record<string, [string, string]> = {
  CLIENT_RTT: ["Viewers' round trips", "measured by the kernel on connections of viewers with edges"],
  RESOLVER_RTT: ["Resolvers' round trips", "measured on questions over TCP"],
  PROBE: ["Probes", "measured by monitoring agents"],
  POPULARITY: ["Popularity", "the name server that the resolver prefers"],
  NEAR_NEIGHBOURS: ["Near neighbours", "what the /24 (IPv6 /48) around it knows"],
  NEIGHBOURS: ["Neighbours", "what the /20 (IPv6 /40) around it knows"],
  NETWORK: ["Network", "what its autonomous system knows"],
  LOCATION: ["Location", "where it is declared to be"],
  DEFAULT: ["Nothing", "nothing is known: the order of the groups decides"],
  UNKNOWN: ["Unknown", "this console does not know the word"],
};

export const evidenceWord = (evidence: string) => EVIDENCE[evidence]?.[0] ?? evidence;

/** What popularity came to. */
export const VERDICTS: Record<string, [string, string]> = {
  PREFERS: ["prefer one", "more than chance would give"],
  INDIFFERENT: ["indifferent", "they ask all alike: nothing is concluded"],
  TOO_FEW: ["asked too little", "too few proven questions yet"],
  CONTRADICTED: ["contradicted", "they prefer one, but round trips say that another is nearer by far"],
  UNSETTLED: ["unsettled", "name servers came or went: the last preference stands"],
  UNKNOWN: ["unknown", "this console does not know the word"],
};

export const GROUP_GLYPHS: Record<string, string> = { UP: "●", SHEDDING: "◐", FULL: "▲", DOWN: "▲", BARRED: "■", UNKNOWN: "◌" };

export const isBad = (state: string) => state === "DOWN" || state === "FULL";
