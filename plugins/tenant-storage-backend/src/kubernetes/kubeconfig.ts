import { promises as fs } from 'node:fs';
import type https from 'node:https';
import path from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import type { UnderClusterDangers } from '@kmetal/backstage-plugin-tenant-storage-node';
import { CredentialsError, errorCode } from './errors';

/** What a kubeconfig's context comes to. Holds secrets. */
export interface KubeconfigAccess {
  server: string;
  ca?: string;
  cert?: string;
  key?: string;
  servername?: string;
  skipTlsVerify: boolean;
  /** `authorization` and, with `as`, `impersonate-user`. */
  headers: Record<string, string>;
}

function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return Buffer.isBuffer(value) ? value.toString('utf8') : undefined;
}

/**
 * Reads one context of a kubeconfig file.
 *
 * @throws CredentialsError if it can't be read, or uses what has to be allowed first. The message never quotes the file: it holds secrets,
 *   and the YAML parser's own messages show the lines around a mistake.
 */
export async function readKubeconfig(
  file: string,
  contextName: string | undefined,
  dangers: UnderClusterDangers,
): Promise<KubeconfigAccess> {
  let content: string;
  try {
    content = await fs.readFile(file, 'utf8');
  } catch (error) {
    throw new CredentialsError(
      `The kubeconfig ${file} can't be read (${errorCode(error) ?? 'error'})`,
    );
  }
  const kubeconfig = new KubeConfig();
  try {
    kubeconfig.loadFromString(content);
    kubeconfig.makePathsAbsolute(path.dirname(path.resolve(file)));
  } catch {
    throw new CredentialsError(
      `The kubeconfig ${file} is not a kubeconfig: check its YAML, and that each of its clusters, users and contexts has a name and content`,
    );
  }
  const wanted = contextName ?? kubeconfig.getCurrentContext();
  if (!wanted) {
    throw new CredentialsError(
      `The kubeconfig ${file} has no current-context: set kubeconfig.context`,
    );
  }
  if (!kubeconfig.getContextObject(wanted)) {
    const there = kubeconfig.getContexts().map(context => context.name);
    throw new CredentialsError(
      `The kubeconfig ${file} has no context "${wanted}"; it has ${
        there.join(', ') || 'none'
      }`,
    );
  }
  kubeconfig.setCurrentContext(wanted);
  const cluster = kubeconfig.getCurrentCluster();
  const user = kubeconfig.getCurrentUser();
  if (!cluster || !user) {
    throw new CredentialsError(
      `The context "${wanted}" of the kubeconfig ${file} names a ${
        cluster ? 'user' : 'cluster'
      } that the file does not have`,
    );
  }

  const refuse = (what: string, setting: keyof UnderClusterDangers) => {
    if (dangers[setting] !== true) {
      throw new CredentialsError(
        `The context "${wanted}" of the kubeconfig ${file} ${what}. Use a ServiceAccount's token and the cluster's CA instead, or set ${setting}: true for this under cluster`,
      );
    }
  };
  if (user.exec) refuse('runs a command (exec)', 'dangerouslyAllowExec');
  if (user.authProvider)
    refuse('uses an auth-provider', 'dangerouslyAllowAuthProvider');
  if (cluster.skipTLSVerify)
    refuse(
      'does not verify the API server (insecure-skip-tls-verify)',
      'dangerouslyAllowSkipTlsVerify',
    );
  if (!cluster.server.startsWith('https:'))
    refuse('is not https', 'dangerouslyAllowHttp');
  if (cluster.proxyUrl) {
    throw new CredentialsError(
      `The context "${wanted}" of the kubeconfig ${file} has a proxy-url, which is not supported: give an address that can be reached directly`,
    );
  }

  const options: https.RequestOptions = {};
  try {
    // `applyToHTTPSOptions` also makes an agent, which insists on skip-TLS for http: an agent for https is never connected, so harmless.
    if (cluster.server.startsWith('https:')) {
      await kubeconfig.applyToHTTPSOptions(options);
    } else if (user.token) {
      options.headers = { Authorization: `Bearer ${user.token}` };
    }
  } catch (error) {
    const code = errorCode(error);
    throw new CredentialsError(
      `What the context "${wanted}" of the kubeconfig ${file} signs in with can't be had${
        code ? ` (${code})` : ''
      }: check the files and commands that it names`,
    );
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (typeof value === 'string') headers[name.toLowerCase()] = value.trim();
  }
  if (typeof options.auth === 'string') {
    headers.authorization = `Basic ${Buffer.from(options.auth).toString(
      'base64',
    )}`;
  }
  const cert = text(options.cert);
  const key = text(options.key);
  if (!headers.authorization && !cert) {
    throw new CredentialsError(
      `The user of context "${wanted}" of the kubeconfig ${file} has neither token nor client certificate (tokenFile is not read here): give url, caFile and tokenFile in the configuration instead`,
    );
  }
  return {
    server: cluster.server,
    ca: text(options.ca),
    cert,
    key,
    servername: cluster.tlsServerName,
    skipTlsVerify: cluster.skipTLSVerify,
    headers,
  };
}
