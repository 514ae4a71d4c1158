import { isDeepStrictEqual } from 'node:util';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import type {
  UnderClusterDefinition,
  UnderClusterSupplier,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import { Backoff } from '../kubernetes/backoff';
import { type Clock, sleep, systemClock } from '../kubernetes/clock';
import { kindNames } from '../kubernetes/kinds';
import type { UnderClusterDefaults } from '../kubernetes/underClusterConfig';
import { settingsOf } from '../kubernetes/underClusterConfig';
import type {
  ClusterInventory,
  Inventory,
  InventoryChange,
  UnderClusterSettings,
} from './types';
import { WatchedCluster } from './watchedCluster';

/** How long a start waits for suppliers to name their under clusters; none waits for an under cluster. */
const SUPPLIERS_WITHIN_MS = 2_000;

interface Supplied {
  supplier: UnderClusterSupplier;
  definitions: UnderClusterDefinition[];
  answered: boolean;
}

interface Watched {
  definition: UnderClusterDefinition;
  cluster: WatchedCluster;
}

export interface RunningInventory {
  inventory: Inventory;
  /** Begins to watch. Resolves when the suppliers have named their under clusters, or after two seconds; waits for no under cluster. */
  start(): Promise<void>;
  /** Ends every watch and closes every socket. */
  stop(): Promise<void>;
  /**
   * Resolves with true once every kind of every under cluster is synced, not permitted or not installed; with false if that
   * takes longer.
   */
  whenSettled(timeoutMs: number): Promise<boolean>;
}

class WatchedInventory implements Inventory {
  readonly #suppliers: Supplied[];
  readonly #defaults: UnderClusterDefaults;
  readonly #logger: LoggerService;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #listeners = new Set<(change: InventoryChange) => void>();
  readonly #stopped = new AbortController();
  readonly #unsubscribe: Array<() => void> = [];
  #watched = new Map<string, Watched>();
  #ending: Array<Promise<void>> = [];

  constructor(options: {
    suppliers: UnderClusterSupplier[];
    defaults: UnderClusterDefaults;
    logger: LoggerService;
    clock: Clock;
    random: () => number;
  }) {
    this.#suppliers = options.suppliers.map(supplier => ({
      supplier,
      definitions: [],
      answered: false,
    }));
    this.#defaults = options.defaults;
    this.#logger = options.logger;
    this.#clock = options.clock;
    this.#random = options.random;
  }

  get incomplete(): string | undefined {
    const waiting = this.#suppliers.filter(it => !it.answered);
    if (waiting.length === 0) return undefined;
    const ids = waiting.map(it => it.supplier.id).join(', ');
    return `The under clusters are not ${
      this.#watched.size > 0 ? 'all ' : ''
    }known yet: waiting for ${ids}`;
  }

  get emptyBecause(): string | undefined {
    if (this.#watched.size > 0) return undefined;
    const { incomplete } = this;
    if (incomplete !== undefined) return incomplete;
    return 'No under cluster is configured: an administrator of the portal adds one under tenantStorage.underClusters';
  }

  clusters(): ClusterInventory[] {
    return [...this.#watched.values()].map(it => it.cluster);
  }

  cluster(name: string): ClusterInventory | undefined {
    return this.#watched.get(name)?.cluster;
  }

  onChange(listener: (change: InventoryChange) => void): () => void {
    // One function may listen twice, and end one of the two.
    const own = (change: InventoryChange) => listener(change);
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  async start(): Promise<void> {
    const first = this.#suppliers.map(supplied => {
      const { supplier } = supplied;
      const unsubscribe = supplier.onChange?.(() => {
        if (!this.#stopped.signal.aborted) void this.#ask(supplied);
      });
      if (unsubscribe) this.#unsubscribe.push(unsubscribe);
      return this.#ask(supplied);
    });
    const patience = new AbortController();
    await Promise.race([
      Promise.all(first),
      sleep(this.#clock, SUPPLIERS_WITHIN_MS, patience.signal),
    ]);
    patience.abort();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    const ending = [...this.#watched.values()].map(it => it.cluster.stop());
    await Promise.all([...ending, ...this.#ending]);
  }

  async whenSettled(timeoutMs: number): Promise<boolean> {
    const settled = () =>
      this.#suppliers.every(it => it.answered) &&
      this.clusters().every(cluster =>
        kindNames.every(
          kind => !['syncing', 'stale'].includes(cluster.state(kind).state),
        ),
      );
    if (settled()) return true;
    return new Promise(resolve => {
      let cancel = () => {};
      let end = () => {};
      const done = (answer: boolean) => {
        cancel();
        end();
        resolve(answer);
      };
      cancel = this.#clock.after(timeoutMs, () => done(settled()));
      end = this.onChange(() => {
        if (settled()) done(true);
      });
    });
  }

  /** Asks a supplier until it answers; what it answered last is kept meanwhile. */
  async #ask(supplied: Supplied): Promise<void> {
    const { signal } = this.#stopped;
    const backoff = new Backoff(this.#clock, this.#random);
    while (!signal.aborted) {
      try {
        supplied.definitions = await supplied.supplier.list();
        supplied.answered = true;
        if (!signal.aborted) this.#follow();
        return;
      } catch (error) {
        this.#logger.warn(
          `The supplier of under clusters "${supplied.supplier.id}" failed and is asked again`,
          error instanceof Error ? error : undefined,
        );
        await sleep(this.#clock, backoff.next(), signal);
      }
    }
  }

  /** Begins to watch what is new, ends what is gone, begins anew what is defined otherwise. */
  #follow(): void {
    const watched = new Map<string, Watched>();
    for (const { supplier, definitions } of this.#suppliers) {
      for (const definition of definitions) {
        if (watched.has(definition.name)) {
          this.#logger.warn(
            `The under cluster "${definition.name}" of supplier "${supplier.id}" is left out: another one has this name`,
          );
          continue;
        }
        const known = this.#watched.get(definition.name);
        watched.set(
          definition.name,
          known && isDeepStrictEqual(known.definition, definition)
            ? known
            : { definition, cluster: this.#begin(definition) },
        );
      }
    }
    const before = this.#watched;
    this.#watched = watched;
    for (const [name, { cluster }] of before) {
      if (watched.get(name)?.cluster !== cluster) {
        this.#ending.push(cluster.stop());
        this.#tell({ underCluster: name, kind: 'Namespace' });
      }
    }
    for (const [name, { cluster }] of watched) {
      if (before.get(name)?.cluster !== cluster) {
        cluster.start();
        this.#tell({ underCluster: name, kind: 'Namespace' });
      }
    }
    void Promise.allSettled(this.#ending).then(() => {
      if (!this.#stopped.signal.aborted) this.#ending = [];
    });
  }

  /** Without changes, if what a module supplies about them is malformed: the rest can be watched. */
  #settingsOf(definition: UnderClusterDefinition): UnderClusterSettings {
    try {
      return settingsOf(definition, this.#defaults);
    } catch (error) {
      this.#logger.warn(
        `No change can be asked for in the under cluster ${
          definition.name
        }: ${stringifyError(error)}`,
      );
      return settingsOf(
        { ...definition, gitOps: { repositories: [] } },
        this.#defaults,
      );
    }
  }

  #begin(definition: UnderClusterDefinition): WatchedCluster {
    const cluster: WatchedCluster = new WatchedCluster({
      definition,
      settings: this.#settingsOf(definition),
      logger: this.#logger,
      clock: this.#clock,
      random: this.#random,
      onChange: (kind, namespace) => {
        // One that was replaced or removed may still be ending.
        if (this.#watched.get(definition.name)?.cluster !== cluster) return;
        this.#tell(
          namespace === undefined
            ? { underCluster: definition.name, kind }
            : { underCluster: definition.name, kind, namespace },
        );
      },
    });
    return cluster;
  }

  #tell(change: InventoryChange): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(change);
      } catch (error) {
        this.#logger.error(
          'A listener to changes of the inventory failed; the others go on',
          error instanceof Error ? error : undefined,
        );
      }
    }
  }
}

/**
 * What is known of all under clusters, kept in step by watches. Nothing happens before `start()`.
 *
 * @param options - `suppliers`: where under clusters come from, the most believed first. `defaults`: for what a definition leaves out.
 *   `clock` and `random` are for tests.
 */
export function createInventory(options: {
  suppliers: UnderClusterSupplier[];
  defaults?: UnderClusterDefaults;
  logger: LoggerService;
  clock?: Clock;
  random?: () => number;
}): RunningInventory {
  const inventory = new WatchedInventory({
    suppliers: options.suppliers,
    defaults: options.defaults ?? {},
    logger: options.logger,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  });
  return {
    inventory,
    start: () => inventory.start(),
    stop: () => inventory.stop(),
    whenSettled: timeoutMs => inventory.whenSettled(timeoutMs),
  };
}
