import { setTimeout as delay } from 'node:timers/promises';
import { UnderCluster } from '@kmetal/under-cluster';
import { CsiDrivers } from './csiDrivers';
import { Helm } from './helm';
import { LiveObjects } from './liveObjects';
import { StorageProfiles } from './storageProfiles';
import { Velero } from './velero';

/** How fast what the platform runs takes its course. */
export interface PlatformPace {
  /** How often it looks at the under cluster. */
  intervalMs?: number;
  /** How long pods take to start, and Velero to look at a location. */
  momentMs?: number;
}

/** Stand-ins for what runs in an under cluster beside Flux: helm-controller, CSI drivers and their provisioners, CDI's profiles, Velero. */
export interface Platform {
  stop(): Promise<void>;
}

export function startPlatform({
  cluster,
  intervalMs = 1_000,
  momentMs = 2_000,
}: PlatformPace & { cluster: UnderCluster }): Platform {
  const stopping = new AbortController();
  const objects = new LiveObjects(cluster);
  const helm = new Helm(objects);
  const drivers = new CsiDrivers(objects, momentMs);
  const profiles = new StorageProfiles(objects);
  const velero = new Velero(objects, momentMs);
  const turns = [
    () => helm.turn(),
    () => drivers.turn(helm.running),
    () => profiles.turn(),
    () => velero.turn(),
  ];
  const work = async () => {
    while (!stopping.signal.aborted) {
      for (const turn of turns) {
        // What can't be done now, because the under cluster is out of reach or somebody was faster, is done at the next turn.
        await turn().catch(() => {});
      }
      await delay(intervalMs, undefined, { signal: stopping.signal }).catch(
        () => {},
      );
    }
  };
  const working = work();
  return {
    async stop() {
      stopping.abort();
      await working;
    },
  };
}
