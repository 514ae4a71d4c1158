import type {
  AuditorService,
  AuthService,
  HttpAuthService,
} from '@backstage/backend-plugin-api';
import type { ErrorRequestHandler, Router } from 'express';
import PromiseRouter from 'express-promise-router';
import type { ManifestRepositories } from '../changes';
import type { Inventory } from '../inventory/types';
import type { TenantOwners } from '../ownership';
import type { StorageRequests } from '../requests';
import type { TenantReaders } from '../signals';
import { AllowedTenants, notFound } from './allowedTenant';
import { createAnswering } from './answering';
import { addChangeRoutes } from './changeRoutes';
import type { Permissions } from './permissions';
import { addReadingRoutes } from './readingRoutes';
import { addRequestRoutes } from './requestRoutes';

/** The HTTP API that `schema/openapi.yaml` describes. */
export function createRouter(options: {
  auditor: AuditorService;
  auth: AuthService;
  httpAuth: HttpAuthService;
  inventory: Inventory;
  owners: TenantOwners;
  permissions: Permissions;
  readers: TenantReaders;
  repositories: ManifestRepositories;
  requests: StorageRequests;
  now?: () => number;
}): Router {
  const router = PromiseRouter();

  // Nobody on the way keeps an answer: the next reader may not have it.
  router.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });

  const shared = {
    ...options,
    now: options.now ?? Date.now,
    answering: createAnswering(options),
    tenants: new AllowedTenants(options),
  };
  addReadingRoutes(router, shared);
  addChangeRoutes(router, shared);
  addRequestRoutes(router, shared);

  // Express can't decode some names, such as `%zz`: they can't exist either.
  const undecodable: ErrorRequestHandler = (error, _request, _response, next) =>
    next(error instanceof URIError ? notFound() : error);
  router.use(undecodable);

  return router;
}
