/** The version of the policies that a decision was made by, leading to who set it and why. */
export function PolicyLink({ version }: { version: number }) {
  return version < 0 ? <>defaults</> : <a href={`/policies?version=${version}`}>{version}</a>;
}
