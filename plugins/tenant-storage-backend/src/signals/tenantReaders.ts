import type { LoggerService } from '@backstage/backend-plugin-api';
import type { SignalsService } from '@backstage/plugin-signals-node';
import { tenantSignalChannel } from '@kmetal/backstage-plugin-tenant-storage-common';
import type { Inventory, InventoryChange } from '../inventory/types';
import type { StorageRequests } from '../requests';

/** How long somebody who was allowed to read a tenant is told of its changes. Each answer renews it, so permissions withdrawn end here. */
const LEASE_MS = 5 * 60_000;
/** After a signal, the next one about the same tenant waits this long. */
const QUIET_MS = 1_000;
/** Leases of all tenants together; the oldest goes first. A lost lease costs its reader liveness until the next answer, no more. */
const MOST_LEASES = 20_000;

interface Lease {
  underCluster: string;
  tenant: string;
  reader: string;
  until: number;
}

interface Quiet {
  timer: NodeJS.Timeout;
  /** Something changed since the last signal. */
  again: boolean;
}

/**
 * Tells people who were just allowed to read a tenant to look again when something about it, or a request of it, changed: `{}` on the tenant's
 * channel, to them alone. The first change is told at once, what follows within a second is told together.
 *
 * Leases live in this process. With several replicas, the one that answered a reader tells them; the events backend carries it
 * to the replica that holds their connection. Without the signals backend what is published here reaches nobody, and the
 * frontend polls.
 */
export class TenantReaders {
  readonly #signals: SignalsService;
  readonly #logger: LoggerService;
  readonly #now: () => number;
  readonly #mostLeases: number;
  /** By tenant and reader, the one renewed longest ago first. */
  readonly #leases = new Map<string, Lease>();
  /** Readers by under cluster and tenant. */
  readonly #readers = new Map<string, Map<string, Set<string>>>();
  readonly #quiet = new Map<string, Quiet>();
  readonly #unsubscribe: () => void;
  #troubled = false;
  #stopped = false;

  static watch(options: {
    inventory: Pick<Inventory, 'onChange'>;
    requests?: Pick<StorageRequests, 'onChange'>;
    signals: SignalsService;
    logger: LoggerService;
    now?: () => number;
    mostLeases?: number;
  }): TenantReaders {
    return new TenantReaders(options);
  }

  private constructor(options: {
    inventory: Pick<Inventory, 'onChange'>;
    requests?: Pick<StorageRequests, 'onChange'>;
    signals: SignalsService;
    logger: LoggerService;
    now?: () => number;
    mostLeases?: number;
  }) {
    this.#signals = options.signals;
    this.#logger = options.logger;
    this.#now = options.now ?? Date.now;
    this.#mostLeases = options.mostLeases ?? MOST_LEASES;
    const ends = [
      options.inventory.onChange(change => this.#changed(change)),
      options.requests?.onChange(({ underCluster, tenant }) =>
        this.#changed({ underCluster, namespace: tenant }),
      ),
    ];
    this.#unsubscribe = () => ends.forEach(end => end?.());
  }

  /** The caller was just allowed to read this tenant, and answered. `reader` is a user's entity reference. */
  allowed(underCluster: string, tenant: string, reader: string): void {
    if (this.#stopped) return;
    const id = JSON.stringify([underCluster, tenant, reader]);
    const until = this.#now() + LEASE_MS;
    this.#leases.delete(id);
    this.#leases.set(id, { underCluster, tenant, reader, until });
    let tenants = this.#readers.get(underCluster);
    if (!tenants) this.#readers.set(underCluster, (tenants = new Map()));
    let readers = tenants.get(tenant);
    if (!readers) tenants.set(tenant, (readers = new Set()));
    readers.add(reader);
    this.#dropEnded();
  }

  /** How many leases are held. */
  get size(): number {
    return this.#leases.size;
  }

  stop(): void {
    this.#stopped = true;
    this.#unsubscribe();
    for (const { timer } of this.#quiet.values()) clearTimeout(timer);
    this.#quiet.clear();
    this.#leases.clear();
    this.#readers.clear();
  }

  #changed(change: Omit<InventoryChange, 'kind'>) {
    this.#dropEnded();
    const tenants = this.#readers.get(change.underCluster);
    if (!tenants) return;
    if (change.namespace) {
      if (tenants.has(change.namespace)) {
        this.#look(change.underCluster, change.namespace);
      }
    } else {
      for (const tenant of tenants.keys()) {
        this.#look(change.underCluster, tenant);
      }
    }
  }

  #look(underCluster: string, tenant: string) {
    const channel = tenantSignalChannel(underCluster, tenant);
    const quiet = this.#quiet.get(channel);
    if (quiet) {
      quiet.again = true;
      return;
    }
    this.#tell(underCluster, tenant);
    const timer = setTimeout(() => {
      const { again } = this.#quiet.get(channel)!;
      this.#quiet.delete(channel);
      if (again) {
        this.#dropEnded();
        this.#look(underCluster, tenant);
      }
    }, QUIET_MS);
    timer.unref();
    this.#quiet.set(channel, { timer, again: false });
  }

  #tell(underCluster: string, tenant: string) {
    const readers = this.#readers.get(underCluster)?.get(tenant);
    if (!readers) return;
    this.#signals
      .publish({
        recipients: { type: 'user', entityRef: [...readers] },
        channel: tenantSignalChannel(underCluster, tenant),
        message: {},
      })
      .then(
        () => {
          this.#troubled = false;
        },
        error => {
          // Said once per outage: the frontend polls meanwhile.
          if (!this.#troubled && !this.#stopped) {
            this.#logger.warn(
              'Readers cannot be told of changes at once; their pages ask again by themselves',
              error,
            );
          }
          this.#troubled = true;
        },
      );
  }

  #dropEnded() {
    const now = this.#now();
    for (const [id, lease] of this.#leases) {
      if (lease.until > now && this.#leases.size <= this.#mostLeases) return;
      this.#leases.delete(id);
      const tenants = this.#readers.get(lease.underCluster)!;
      const readers = tenants.get(lease.tenant)!;
      readers.delete(lease.reader);
      if (readers.size === 0) tenants.delete(lease.tenant);
      if (tenants.size === 0) this.#readers.delete(lease.underCluster);
    }
  }
}
