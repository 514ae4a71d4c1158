import { join } from 'node:path';
import { applyObjects } from './applyObjects';
import { KubeObject } from './object';
import { loadScenario } from './scenario';
import { UnderCluster } from './underCluster';

// eslint-disable-next-line no-restricted-syntax -- this package is private and runs from its source only
const DEPLOY = join(__dirname, '../../../deploy');
const MANIFESTS = join(DEPLOY, 'under-cluster-reader');
const IN_NAMESPACES = join(DEPLOY, 'namespace-readers');

/** How long the token controller may take to fill a token Secret. */
const TOKEN_TIMEOUT = 30_000;

/**
 * Applies the manifests of the under cluster reader, all of them or the files named in `parts` (without extension),
 * and gives the token of its ServiceAccount, from the token Secret among them.
 */
export async function grantReader(
  cluster: UnderCluster,
  options: {
    manifestsDir?: string;
    namespace?: string;
    serviceAccount?: string;
    parts?: string[];
    /** Also what is read in single namespaces only, which are made if they are not there. */
    inNamespaces?: boolean;
  } = {},
): Promise<{ token: string }> {
  const dir = options.manifestsDir ?? MANIFESTS;
  const objects: KubeObject[] = options.parts
    ? (
        await Promise.all(
          options.parts.map(part => loadScenario(join(dir, `${part}.yaml`))),
        )
      ).flat()
    : await loadScenario(dir);
  const manifests = objects.filter(({ kind }) => kind !== 'Kustomization');
  const secret = manifests.find(
    object =>
      object.kind === 'Secret' &&
      object.type === 'kubernetes.io/service-account-token' &&
      matches(options.namespace, object.metadata.namespace) &&
      matches(
        options.serviceAccount,
        object.metadata.annotations?.['kubernetes.io/service-account.name'],
      ),
  );
  if (!secret) {
    throw new Error(
      `${dir} holds no Secret of type kubernetes.io/service-account-token for the reader`,
    );
  }
  await applyObjects(cluster, manifests);
  if (options.inNamespaces) {
    await applyObjects(cluster, await rolesInNamespaces());
  }

  const { namespace, name } = secret.metadata;
  const path = `/api/v1/namespaces/${namespace}/secrets/${name}`;
  const deadline = Date.now() + TOKEN_TIMEOUT;
  for (;;) {
    const { body } = await cluster.request('GET', path);
    if (body?.data?.token) {
      return { token: Buffer.from(body.data.token, 'base64').toString('utf8') };
    }
    if (Date.now() > deadline) {
      throw new Error(`${cluster.name} put no token into ${namespace}/${name}`);
    }
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

async function rolesInNamespaces(): Promise<KubeObject[]> {
  const roles = await loadScenario(IN_NAMESPACES);
  const namespaces = new Set(roles.map(({ metadata }) => metadata.namespace));
  return [
    ...[...namespaces].map(name => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: `${name}` },
    })),
    ...roles,
  ];
}

function matches(wanted: string | undefined, value: string | undefined) {
  return wanted === undefined || wanted === value;
}
