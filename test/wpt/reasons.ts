/** Why subtests are known to fail. The first that fits counts; those that nothing fits are not explained. */
interface Reason {
  readonly files: RegExp;
  /** Of these the subtests; all without it. */
  readonly subtests?: RegExp;
  readonly because: string;
}

const reasons: readonly Reason[] = [{ files: /^eventsource\//, because: "EventSource is not there yet" }];

/** @param name of the subtest; "" for the file as a whole. */
export function reasonFor(id: string, name: string): string | undefined {
  return reasons.find(({ files, subtests }) => files.test(id) && (subtests?.test(name) ?? true))?.because;
}
