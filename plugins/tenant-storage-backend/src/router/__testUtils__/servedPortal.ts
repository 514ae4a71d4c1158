import { request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MiddlewareFactory } from '@backstage/backend-defaults/rootHttpRouter';
import { UrlReaders } from '@backstage/backend-defaults/urlReader';
import type {
  BackstageCredentials,
  HttpAuthService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { createPermissionIntegrationRouter } from '@backstage/plugin-permission-node';
import type { SignalPayload } from '@backstage/plugin-signals-node';
import { tenantStoragePolicy } from '@kmetal/backstage-plugin-tenant-storage-node';
import express from 'express';
import { ManifestRepositories } from '../../changes';
import { TenantOwners } from '../../ownership';
import { TenantReaders } from '../../signals';
import { Permissions } from '../permissions';
import { createRouter } from '../router';
import type { OpenapiContract } from './openapiContract';
import type { RecordedInventory } from './recordedInventory';
import { RecordedRequests } from './recordedRequests';

/** Ada's team owns alpha and delta in north; Bob's beta in north and alpha in south. Pat is of the platform. */
export const GROUPS: Record<string, string[]> = {
  'user:default/ada': ['group:default/team-alpha'],
  'user:default/bob': ['group:default/team-beta'],
  'user:default/pat': ['group:default/platform'],
};

const userInfo = mockServices.userInfo.mock({
  getUserInfo: async (credentials: BackstageCredentials) => {
    const { userEntityRef } = credentials.principal as {
      userEntityRef: string;
    };
    return {
      userEntityRef,
      ownershipEntityRefs: [userEntityRef, ...(GROUPS[userEntityRef] ?? [])],
    };
  },
});

const auth = mockServices.auth();

/** The permission system with the ready policy. */
const permissionSystem: PermissionsService = mockServices.permissions.mock({
  authorizeConditional: async (queries, options) => {
    // Or a token, which only older callers have.
    const credentials =
      options && 'credentials' in options ? options.credentials : undefined;
    const isUser =
      credentials !== undefined && auth.isPrincipal(credentials, 'user');
    const info = isUser ? await userInfo.getUserInfo(credentials) : undefined;
    return queries.map(({ permission }) =>
      isUser
        ? tenantStoragePolicy({ permission }, info && { info }, {
            platformGroups: ['group:default/platform'],
          })!
        : { result: 'ALLOW' as const },
    );
  },
});

/** Of a plugin that asks on behalf of a user. */
export function onBehalfOf(user: string, plugin: string): string {
  return `${mockCredentials.user.header(user)} ${plugin}`;
}

/** Knows {@link onBehalfOf}; Backstage's mock forgets who asks. */
function httpAuth(): HttpAuthService {
  const mock = mockServices.httpAuth();
  const credentials: HttpAuthService['credentials'] = async (
    request,
    options,
  ) => {
    const { authorization = '' } = request.headers;
    const match = /^(.*) (plugin:\S+)$/.exec(authorization);
    if (!match) return mock.credentials(request, options);
    request.headers.authorization = match[1];
    const found = await mock.credentials(request, options);
    const { userEntityRef } = found.principal as { userEntityRef: string };
    return mockCredentials.user(userEntityRef, {
      actor: { subject: match[2] },
    }) as typeof found;
  };
  return { credentials, issueUserCookie: mock.issueUserCookie.bind(mock) };
}

export interface Answer<T> {
  status: number;
  headers: Record<string, unknown>;
  body: T & { error: { name: string; message: string } };
}

/** The router on a port of its own, asked over HTTP, and every answer held against the contract. */
export async function servePortal(
  inventory: RecordedInventory,
  contract: OpenapiContract,
  options: { permissions?: PermissionsService; config?: object } = {},
) {
  const config = mockServices.rootConfig({
    data: { permission: { enabled: true }, ...options.config },
  });
  const logger = mockServices.logger.mock();
  const auditor = mockServices.auditor.mock();
  const outcome = { success: jest.fn(), fail: jest.fn() };
  auditor.createEvent.mockResolvedValue(outcome);
  const rules = createPermissionIntegrationRouter();
  const published: SignalPayload[] = [];
  const owners = TenantOwners.fromConfig(config, logger);
  const requests = new RecordedRequests();
  const readers = TenantReaders.watch({
    inventory,
    requests,
    logger,
    signals: { publish: async signal => void published.push(signal) },
  });
  const app = express();
  app.use(
    createRouter({
      auditor,
      auth: mockServices.auth(),
      httpAuth: httpAuth(),
      inventory,
      owners,
      readers,
      requests,
      repositories: new ManifestRepositories({
        urlReader: UrlReaders.default({ config, logger }),
      }),
      permissions: Permissions.create({
        auth: mockServices.auth(),
        config,
        inventory,
        logger,
        owners,
        permissions: options.permissions ?? permissionSystem,
        permissionsRegistry: mockServices.permissionsRegistry.mock({
          addResourceType: resource =>
            rules.addResourceType({
              ...resource,
              resourceType: resource.resourceRef.resourceType,
            }),
          getPermissionRuleset: ref => rules.getPermissionRuleset(ref),
        }),
        userInfo,
      }),
    }),
  );
  const middleware = MiddlewareFactory.create({ config, logger });
  app.use(middleware.notFound());
  app.use(middleware.error());
  const server = await new Promise<Server>(resolve => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  const { port } = server.address() as AddressInfo;

  /** Asks for a path exactly as written: no client tidies `..` or `%2e` away. */
  async function ask<T>(
    path: string,
    authorization: string,
    sent?: { text: string; contentType: string; body?: unknown },
  ) {
    const method = sent ? 'POST' : 'GET';
    const answer = await new Promise<Answer<T>>((resolve, reject) => {
      const asked = httpRequest(
        {
          port,
          host: '127.0.0.1',
          path,
          method,
          headers: {
            authorization,
            ...(sent && {
              'content-type': sent.contentType,
              'content-length': Buffer.byteLength(sent.text),
            }),
          },
          agent: false,
        },
        response => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', chunk => {
            text += chunk;
          });
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: JSON.parse(text),
            }),
          );
        },
      );
      asked.on('error', reject);
      asked.end(sent?.text);
    });
    contract.check({
      method,
      url: path,
      status: answer.status,
      contentType: String(answer.headers['content-type']),
      body: answer.body,
      sent: sent?.body,
    });
    return answer;
  }

  return {
    get: <T>(path: string, authorization: string) =>
      ask<T>(path, authorization),
    post: <T>(path: string, body: unknown, authorization: string) =>
      ask<T>(path, authorization, {
        text: JSON.stringify(body),
        contentType: 'application/json',
        body,
      }),
    postText: (
      path: string,
      text: string,
      contentType: string,
      authorization: string,
    ) => ask(path, authorization, { text, contentType }),
    auditor,
    outcome,
    readers,
    requests,
    published,
    stop: () => {
      readers.stop();
      server.closeAllConnections();
      server.close();
    },
  };
}
