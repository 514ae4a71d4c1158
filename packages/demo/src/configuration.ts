import { resolve } from 'node:path';
import { FLEET } from './flux/fleetRepository';
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

/**
 * What tenants of an under cluster may have in all. In Munich there is room for more than is promised; Frankfurt has promised
 * more than it has, which is said to whoever approves another increase.
 */
const CAPACITIES: Record<string, string> = { 'muc-1': '2Ti', 'fra-2': '5Ti' };

/** The Backstage configuration that only the demo knows; it is laid over the portal's app-config.yaml. */
export function demoConfiguration(options: {
  /** Where people open the portal. */
  appUrl: string;
  /** Where the backend listens; the same unless pages come from a development server. */
  backendUrl: string;
  portalPort: number;
  gitHost: Pick<GitHost, 'url' | 'host' | 'oauthApp' | 'portalToken'>;
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
      github: [
        {
          host: gitHost.host,
          apiBaseUrl: `${gitHost.url}/api/v3`,
          token: gitHost.portalToken,
        },
      ],
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
    scaffolder: {
      defaultAuthor: {
        name: 'kMetal portal',
        email: 'kmetal-portal@platform.example.com',
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
        // Configuration lists replace each other, so what the portal's own has is said again.
        {
          type: 'file',
          target: resolve(packageFolder, '../../templates/all.yaml'),
          rules: [{ allow: ['Location', 'Template'] }],
        },
      ],
    },
    tenantStorage: {
      access: { groups: ['group:default/platform'] },
      gitOps: {
        repositories: [
          {
            url: `${gitHost.url}/${FLEET.fullName}`,
            branch: FLEET.branch,
            root: 'tenants/{underCluster}',
            newFiles: { quota: 'tenants/{underCluster}/{tenant}/quota.yaml' },
          },
          // The same repository: tenants in one folder of it, what serves them in another.
          {
            url: `${gitHost.url}/${FLEET.fullName}`,
            branch: FLEET.branch,
            root: 'storage/{underCluster}',
            newFiles: {
              storage: 'storage/{underCluster}/{change}-{object}.yaml',
            },
          },
        ],
        reviewers: { users: ['petra'] },
      },
      requests: {
        // the approval is watched as it is played
        schedule: {
          initialDelay: { seconds: 1 },
          frequency: { seconds: 2 },
          timeout: { seconds: 30 },
        },
      },
      underClusters: options.underClusters.map(underCluster => ({
        ...underCluster,
        ...(CAPACITIES[underCluster.name] && {
          capacity: CAPACITIES[underCluster.name],
        }),
      })),
    },
  };
}
