import type { EventRecord } from './records';

/** A volume that fails every few seconds makes events without end; nobody reads more than the latest. */
const MOST_PER_OBJECT = 20;

function keyOf(namespace: string, kind: string, name: string): string {
  return `${namespace}/${kind}/${name}`;
}

function keyOfEvent({ regarding }: EventRecord): string {
  return keyOf(regarding.namespace ?? '', regarding.kind, regarding.name);
}

/** Events by the object that they are about. */
export class EventIndex {
  readonly #events = new Map<string, EventRecord[]>();

  /** @returns the event that this one pushed out, if there are too many about its object. */
  add(event: EventRecord): EventRecord | undefined {
    const key = keyOfEvent(event);
    const events = this.#events.get(key);
    if (!events) {
      this.#events.set(key, [event]);
      return undefined;
    }
    const place = events.findIndex(it => it.lastSeenAt <= event.lastSeenAt);
    events.splice(place < 0 ? events.length : place, 0, event);
    return events.length > MOST_PER_OBJECT ? events.pop() : undefined;
  }

  remove(event: EventRecord): void {
    const key = keyOfEvent(event);
    const events = this.#events.get(key);
    const place = events?.indexOf(event) ?? -1;
    if (!events || place < 0) return;
    events.splice(place, 1);
    if (events.length === 0) this.#events.delete(key);
  }

  /** Newest first. */
  of(namespace: string, kind: string, name: string): EventRecord[] {
    return [...(this.#events.get(keyOf(namespace, kind, name)) ?? [])];
  }
}
