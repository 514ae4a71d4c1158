import type { PersistentVolumeRecord } from './records';

/** PersistentVolumes by the claim that they are bound to, or were. */
export class ClaimIndex {
  readonly #volumes = new Map<string, Set<PersistentVolumeRecord>>();

  add(volume: PersistentVolumeRecord): void {
    if (!volume.claim) return;
    const key = `${volume.claim.namespace}/${volume.claim.name}`;
    const volumes = this.#volumes.get(key);
    if (volumes) volumes.add(volume);
    else this.#volumes.set(key, new Set([volume]));
  }

  remove(volume: PersistentVolumeRecord): void {
    if (!volume.claim) return;
    const key = `${volume.claim.namespace}/${volume.claim.name}`;
    const volumes = this.#volumes.get(key);
    volumes?.delete(volume);
    if (volumes?.size === 0) this.#volumes.delete(key);
  }

  /** A released volume still names its claim: one that another claim of that name made is not meant, and a bound one comes first. */
  of(
    namespace: string,
    claim: string,
    uid: string | undefined,
  ): PersistentVolumeRecord | undefined {
    let found: PersistentVolumeRecord | undefined;
    for (const volume of this.#volumes.get(`${namespace}/${claim}`) ?? []) {
      const other =
        uid !== undefined &&
        volume.claim?.uid !== undefined &&
        volume.claim.uid !== uid;
      if (!other && (!found || volume.phase === 'Bound')) found = volume;
    }
    return found;
  }
}
