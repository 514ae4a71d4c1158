import { KubeObject } from '@kmetal/under-cluster';
import { LiveObjects, now } from './liveObjects';

const VELERO = '/apis/velero.io/v1';

/** How often Velero looks again at a location, unless it says otherwise. */
const VALIDATION_MS = 60_000;

/** A stand-in for Velero: it looks at each backup location a moment after it came or changed, and once a minute. No backup is ever made. */
export class Velero {
  readonly #objects: LiveObjects;
  readonly #momentMs: number;
  /** When a location is looked at, by its uid and what it says. */
  readonly #dueAt = new Map<string, number>();

  constructor(objects: LiveObjects, momentMs: number) {
    this.#objects = objects;
    this.#momentMs = momentMs;
  }

  async turn(): Promise<void> {
    for (const location of await this.#objects.list(
      `${VELERO}/backupstoragelocations`,
    )) {
      const id = `${location.metadata.uid} ${JSON.stringify(location.spec)}`;
      const dueAt = this.#dueAt.get(id);
      if (dueAt === undefined) {
        this.#dueAt.set(id, Date.now() + this.#momentMs);
      } else if (Date.now() >= dueAt) {
        this.#dueAt.set(id, Date.now() + VALIDATION_MS);
        await this.#validate(location);
      }
    }
  }

  async #validate({ metadata, spec }: KubeObject): Promise<void> {
    const problem =
      (await this.#credentialProblem(metadata.namespace, spec.credential)) ??
      (await this.#endpointProblem(spec.config?.s3Url));
    await this.#objects.patch(
      `${VELERO}/namespaces/${metadata.namespace}/backupstoragelocations/${metadata.name}`,
      {
        status: {
          phase: problem ? 'Unavailable' : 'Available',
          message: problem
            ? `BackupStorageLocation "${metadata.name}" is unavailable: ${problem}`
            : null,
          lastValidationTime: now(),
        },
      },
    );
  }

  async #credentialProblem(
    namespace: string | undefined,
    credential: { name: string; key: string } | undefined,
  ): Promise<string | undefined> {
    if (!credential) {
      return undefined;
    }
    const secret = await this.#objects.find(
      `/api/v1/namespaces/${namespace}/secrets/${credential.name}`,
    );
    return secret?.data?.[credential.key] === undefined
      ? `unable to get credentials: unable to get key for secret: Secret "${credential.name}" not found`
      : undefined;
  }

  /** A name in the cluster is that of a Service; outside, every name is known but those that never are (RFC 2606). */
  async #endpointProblem(
    s3Url: string | undefined,
  ): Promise<string | undefined> {
    if (!s3Url) {
      return undefined;
    }
    const { hostname } = new URL(s3Url);
    const inCluster =
      /^([^.]+)\.([^.]+)(?:\.svc(?:\.cluster\.local)?)?$/.exec(hostname) ??
      undefined;
    const isKnown = inCluster
      ? (await this.#objects.find(
          `/api/v1/namespaces/${inCluster[2]}/services/${inCluster[1]}`,
        )) !== undefined
      : !hostname.endsWith('.invalid');
    return isKnown
      ? undefined
      : `rpc error: code = Unknown desc = operation error S3: ListObjectsV2, dial tcp: lookup ${hostname}: no such host`;
  }
}
