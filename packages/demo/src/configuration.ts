import { resolve } from 'node:path';
import { GitHost } from './gitHost/gitHost';
import { packageFolder } from './packageFolder';

/** An under cluster as the portal is told of it; credentials are in files. */
export interface ConfiguredUnderCluster {
  name: string;
  title: string;
  url: string;
  caFile: string;
  tokenFile: string;
}

/** The Backstage configuration that only the demo knows; it is laid over the portal's app-config.yaml. */
export function demoConfiguration(options: {
  /** Where people open the portal. */
  appUrl: string;
  /** Where the backend listens; the same unless pages come from a development server. */
  backendUrl: string;
  portalPort: number;
  gitHost: Pick<GitHost, 'url' | 'host' | 'oauthApp'>;
  underClusters: ConfiguredUnderCluster[];
}): object {
  const { appUrl, backendUrl, gitHost } = options;
  return {
    app: { baseUrl: appUrl },
    backend: {
      baseUrl: backendUrl,
      listen: { host: '127.0.0.1', port: options.portalPort },
      cors: {
        origin: appUrl,
        methods: ['GET', 'HEAD', 'PATCH', 'POST', 'PUT', 'DELETE'],
        credentials: true,
      },
      database: { client: 'better-sqlite3', connection: ':memory:' },
    },
    integrations: {
      github: [{ host: gitHost.host, apiBaseUrl: `${gitHost.url}/api/v3` }],
    },
    auth: {
      environment: 'development',
      providers: {
        github: {
          development: {
            ...gitHost.oauthApp,
            enterpriseInstanceUrl: gitHost.url,
            signIn: {
              resolvers: [{ resolver: 'usernameMatchingUserEntityName' }],
            },
          },
        },
      },
    },
    catalog: {
      providers: {
        // a newcomer who changes something in an under cluster wants to see it, not wait for it
        tenantStorage: {
          schedule: {
            initialDelay: { seconds: 1 },
            frequency: { seconds: 5 },
            timeout: { seconds: 30 },
          },
        },
      },
      locations: [
        {
          type: 'file',
          target: resolve(packageFolder, 'org.yaml'),
          rules: [{ allow: ['User', 'Group'] }],
        },
      ],
    },
    tenantStorage: {
      access: { groups: ['group:default/platform'] },
      underClusters: options.underClusters,
    },
  };
}
