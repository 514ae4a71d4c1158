import { Answer, UnderCluster } from '../underCluster';
import { EXCEPTIONS } from './exceptions';

/** An API server under test: stand-in and real one alike. */
export type ContractCluster = UnderCluster & {
  compact(): void | Promise<void>;
};

/** What the parts of the suite get: the server, once it runs, and a way to register a test. */
export interface Suite {
  readonly cluster: ContractCluster;
  test(name: string, body: () => Promise<void>): void;
}

/** Whether the list of exceptions leaves a test out for this kind of server; then it is said so. */
export function isLeftOut(kind: UnderCluster['kind'], name: string): boolean {
  const exception = EXCEPTIONS.find(
    each => each.test === name && each.kind === kind,
  );
  if (exception) {
    process.stderr.write(
      `Left out on the ${kind}: '${name}'. ${exception.what}: ${exception.reason}.\n`,
    );
  }
  return !!exception;
}

export const MERGE_PATCH = { contentType: 'application/merge-patch+json' };

/** Code, reason and message of a Status. */
export function refusal({ status, body }: Answer) {
  return { status, reason: body.reason, message: body.message };
}

let namespaces = 0;

/** Makes a namespace that no other test uses. */
export async function newNamespace(cluster: UnderCluster): Promise<string> {
  namespaces += 1;
  const name = `contract-${namespaces}`;
  const answer = await cluster.request('POST', '/api/v1/namespaces', {
    metadata: { name },
  });
  expect(answer.status).toBe(201);
  return name;
}

/** The body of a claim. */
export function claim(
  name: string,
  storage: string,
  storageClassName = 'tenant-storage-class',
) {
  return {
    metadata: { name },
    spec: {
      storageClassName,
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage } },
    },
  };
}
