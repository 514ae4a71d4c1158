import type { LoggerService } from '@backstage/backend-plugin-api';
import type { UnderClusterDefinition } from '@kmetal/backstage-plugin-tenant-storage-node';
import { ApiServer } from '../kubernetes/apiServer';
import type { Clock } from '../kubernetes/clock';
import { CredentialSource } from '../kubernetes/credentials';
import { kindNames, watchedKinds } from '../kubernetes/kinds';
import { Reflector } from '../kubernetes/reflector';
import { ClaimIndex } from './claimIndex';
import { EventIndex } from './eventIndex';
import type {
  EventRecord,
  KindName,
  KindState,
  RecordsByKind,
} from './records';
import { type RecordListener, RecordStore } from './recordStore';
import type { ClusterInventory, UnderClusterSettings } from './types';

interface WatchedRecords<K extends KindName> {
  store: RecordStore<K>;
  reflector: Reflector<K>;
}

type AllRecords = { [K in KindName]: WatchedRecords<K> };

/** One under cluster: its API server, a watch for each kind, and what they brought. */
export class WatchedCluster implements ClusterInventory {
  readonly settings: UnderClusterSettings;
  readonly #apiServer: ApiServer;
  readonly #logger: LoggerService;
  readonly #onChange: (kind: KindName, namespace?: string) => void;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #records: AllRecords;
  readonly #events = new EventIndex();
  readonly #claims = new ClaimIndex();

  constructor(options: {
    definition: UnderClusterDefinition;
    settings: UnderClusterSettings;
    logger: LoggerService;
    clock: Clock;
    random: () => number;
    onChange: (kind: KindName, namespace?: string) => void;
  }) {
    this.settings = options.settings;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#onChange = options.onChange;
    this.#logger = options.logger.child({
      underCluster: options.settings.name,
    });
    const { name } = options.settings;
    this.#apiServer = new ApiServer({
      source: new CredentialSource({
        connection: options.definition.connection,
        dangers: options.definition.dangers,
        clock: options.clock,
      }),
      clock: options.clock,
      random: options.random,
      onProblem: problem => {
        if (problem) {
          this.#logger.warn(`Under cluster ${name}: ${problem.message}`);
        } else {
          this.#logger.info(`Under cluster ${name} can be reached again`);
        }
        // Problems belong to no kind; whoever shows the under cluster has to look again.
        this.#onChange('Namespace');
      },
    });
    this.#records = {
      Namespace: this.#watch('Namespace'),
      ResourceQuota: this.#watch('ResourceQuota'),
      PersistentVolumeClaim: this.#watch('PersistentVolumeClaim'),
      PersistentVolume: this.#watch('PersistentVolume', {
        added: volume => this.#claims.add(volume),
        removed: volume => this.#claims.remove(volume),
        // So that a tenant's volume is news to its readers alone.
        concerns: volume => volume.claim?.namespace,
      }),
      StorageClass: this.#watch('StorageClass'),
      CSIDriver: this.#watch('CSIDriver'),
      Node: this.#watch('Node'),
      Event: this.#watch('Event', {
        added: event => this.#addEvent(event),
        removed: event => this.#events.remove(event),
      }),
      Deployment: this.#watch('Deployment'),
      Pod: this.#watch('Pod'),
      DataVolume: this.#watch('DataVolume'),
      StorageProfile: this.#watch('StorageProfile'),
      CDI: this.#watch('CDI'),
      CDIConfig: this.#watch('CDIConfig'),
      TenantControlPlane: this.#watch('TenantControlPlane'),
      VirtualMachineInstance: this.#watch('VirtualMachineInstance'),
      Kustomization: this.#watch('Kustomization'),
      CSIStorageCapacity: this.#watch('CSIStorageCapacity'),
      CSINode: this.#watch('CSINode'),
      HelmRelease: this.#watch('HelmRelease'),
      ConfigMap: this.#watch('ConfigMap'),
      BackupStorageLocation: this.#watch('BackupStorageLocation'),
      VolumeSnapshotLocation: this.#watch('VolumeSnapshotLocation'),
      Schedule: this.#watch('Schedule'),
      Backup: this.#watch('Backup'),
      Restore: this.#watch('Restore'),
      VolumeSnapshotClass: this.#watch('VolumeSnapshotClass'),
      VolumeSnapshot: this.#watch('VolumeSnapshot'),
      Job: this.#watch('Job'),
    };
  }

  start(): void {
    for (const kind of kindNames) this.#records[kind].reflector.start();
  }

  /** Ends every watch and closes the sockets. */
  async stop(): Promise<void> {
    const stopped = kindNames.map(kind => this.#records[kind].reflector.stop());
    this.#apiServer.close();
    await Promise.all(stopped);
  }

  state(kind: KindName): KindState {
    return this.#records[kind].reflector.state();
  }

  list<K extends KindName>(kind: K): Iterable<RecordsByKind[K]> {
    return this.#store(kind).all();
  }

  inNamespace<K extends KindName>(
    kind: K,
    namespace: string,
  ): Iterable<RecordsByKind[K]> {
    return this.#store(kind).inNamespace(namespace);
  }

  get<K extends KindName>(
    kind: K,
    namespace: string,
    name: string,
  ): RecordsByKind[K] | undefined {
    return this.#store(kind).get(namespace, name);
  }

  eventsOf(namespace: string, kind: string, name: string): EventRecord[] {
    return this.#events.of(namespace, kind, name);
  }

  volumeOfClaim(
    namespace: string,
    claim: string,
  ): RecordsByKind['PersistentVolume'] | undefined {
    const uid = this.get('PersistentVolumeClaim', namespace, claim)?.uid;
    return this.#claims.of(namespace, claim, uid);
  }

  problems(): Array<{ message: string; since: number }> {
    const { problem } = this.#apiServer;
    return problem ? [{ ...problem }] : [];
  }

  #store<K extends KindName>(kind: K): RecordStore<K> {
    const records: WatchedRecords<K> = this.#records[kind];
    return records.store;
  }

  #watch<K extends KindName>(
    kind: K,
    index: RecordListener<RecordsByKind[K]> = {},
  ): WatchedRecords<K> {
    const store = new RecordStore<K>({
      ...index,
      changed: namespace => this.#onChange(kind, namespace || undefined),
    });
    let before: KindState['state'] = 'syncing';
    const reflector = new Reflector<K>({
      kind: watchedKinds[kind],
      settings: this.settings,
      apiServer: this.#apiServer,
      store,
      clock: this.#clock,
      random: this.#random,
      onState: state => {
        if (state.state !== before) this.#logState(kind, state, before);
        before = state.state;
        this.#onChange(kind);
      },
    });
    return { store, reflector };
  }

  #addEvent(event: EventRecord): void {
    const pushedOut = this.#events.add(event);
    if (pushedOut) {
      this.#store('Event').remove(pushedOut, undefined);
    }
  }

  #logState(
    kind: KindName,
    state: KindState,
    before: KindState['state'],
  ): void {
    const name = this.settings.name;
    if (state.state === 'notPermitted' || state.state === 'notInstalled') {
      this.#logger.info(`Under cluster ${name}: ${state.message}`);
    } else if (state.state === 'stale') {
      this.#logger.debug(
        `Under cluster ${name}: ${kind} is not confirmed any more: ${state.message}`,
      );
    } else if (state.state === 'synced' && before !== 'syncing') {
      this.#logger.debug(`Under cluster ${name}: ${kind} is live again`);
    }
  }
}
