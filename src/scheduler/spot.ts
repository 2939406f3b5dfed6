/**
 * A place where instances can be, as the scheduler sees it: a pool process, or a node. Its number stays when what
 * fills it is replaced; the object does not, since what was warm there is gone.
 */
export interface Spot {
  readonly place: number;
  /** Nothing is sent there any more. */
  readonly gone: boolean;
  /** How many more requests it takes. */
  room(): number;
  /** Requests that are ahead of one more, as far as is known. */
  busy(): number;
}
