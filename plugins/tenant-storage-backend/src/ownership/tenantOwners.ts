import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { ConfigSection } from '../configuration/configSection';
import type { ClusterInventory } from '../inventory/types';
import { parseOwner } from './entityRef';

/** Malformed owners that were logged are remembered up to this number; then all may be logged once more. */
const MOST_LOGGED = 1_000;

/**
 * Who owns a tenant: what the configuration says (`tenantStorage.owners`, an entry with the under cluster before one without),
 * else what the platform wrote on the tenant's namespace. Never what a catalog entity says, which anybody may register.
 */
export class TenantOwners {
  readonly #configured: ReadonlyMap<string, string[]>;
  readonly #logger: LoggerService;
  readonly #logged = new Set<string>();

  /** @throws InputError naming the key that can't be read. */
  static fromConfig(config: Config, logger: LoggerService): TenantOwners {
    const configured = new Map<string, string[]>();
    const entries = config.getOptional('tenantStorage.owners') ?? [];
    if (!Array.isArray(entries)) {
      throw new InputError('tenantStorage.owners must be a list of owners');
    }
    entries.forEach((value, index) => {
      const key = `tenantStorage.owners[${index}]`;
      const entry = new ConfigSection(key, value, [
        'underCluster',
        'tenant',
        'owner',
        'owners',
      ]);
      const tenant = entry.text('tenant');
      if (!tenant) {
        throw new InputError(
          `${key}.tenant is missing: name the namespace whose owner this is`,
        );
      }
      const underCluster = entry.text('underCluster') ?? '';
      const id = `${underCluster}/${tenant}`;
      if (configured.has(id)) {
        throw new InputError(
          `${key}.tenant names "${tenant}" a second time: list all of its owners in one entry`,
        );
      }
      configured.set(id, ownersOfEntry(entry));
    });
    return new TenantOwners(configured, logger);
  }

  private constructor(
    configured: ReadonlyMap<string, string[]>,
    logger: LoggerService,
  ) {
    this.#configured = configured;
    this.#logger = logger;
  }

  /** Entity references in lower case, the first one first; empty if nobody is known (yet) to own the tenant. */
  ownersOf(cluster: ClusterInventory, tenant: string): string[] {
    const underCluster = cluster.settings.name;
    return (
      this.#configured.get(`${underCluster}/${tenant}`) ??
      this.#configured.get(`/${tenant}`) ??
      this.#written(underCluster, cluster.get('Namespace', '', tenant))
    );
  }

  #written(
    underCluster: string,
    namespace: { name: string; owner?: string } | undefined,
  ): string[] {
    const owners = new Set<string>();
    for (const text of (namespace?.owner ?? '').split(',')) {
      if (text.trim() === '') continue;
      const owner = parseOwner(text);
      if (owner) owners.add(owner);
      else this.#logOnce(underCluster, namespace!.name, text);
    }
    return [...owners];
  }

  #logOnce(underCluster: string, tenant: string, text: string) {
    const id = `${underCluster}/${tenant}: ${text}`;
    if (this.#logged.has(id)) return;
    if (this.#logged.size >= MOST_LOGGED) this.#logged.clear();
    this.#logged.add(id);
    this.#logger.warn(
      `The owner ${JSON.stringify(
        text.slice(0, 100),
      )} of tenant ${tenant} in under cluster ${underCluster} is neither a group nor a user, so it owns nothing: write it as group:default/NAME, or NAME for a group`,
    );
  }
}

function ownersOfEntry(entry: ConfigSection): string[] {
  const { key } = entry;
  const single = entry.value('owner');
  const several = entry.value('owners');
  if ((single === undefined) === (several === undefined)) {
    throw new InputError(`${key} needs either owner or owners`);
  }
  const name = single === undefined ? 'owners' : 'owner';
  const texts = single === undefined ? several : [single];
  if (!Array.isArray(texts) || texts.length === 0) {
    throw new InputError(`${key}.${name} has to be a list of owners`);
  }
  return texts.map((text, index) => {
    const owner = typeof text === 'string' ? parseOwner(text) : undefined;
    if (!owner) {
      const at = single === undefined ? `[${index}]` : '';
      throw new InputError(
        `${key}.${name}${at} is not an owner: write it as group:default/NAME`,
      );
    }
    return owner;
  });
}
