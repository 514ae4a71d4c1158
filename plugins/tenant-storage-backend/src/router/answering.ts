import type {
  AuditorService,
  AuditorServiceEventSeverityLevel,
  BackstageCredentials,
  HttpAuthService,
} from '@backstage/backend-plugin-api';
import type { JsonObject } from '@backstage/types';
import type { Request, RequestHandler, Response } from 'express';
import { audited } from './audit';
import { readJson } from './body';
import type { Access, Permissions } from './permissions';

/** A request whose caller is known. */
export interface Asked {
  request: Request;
  access: Access;
  credentials: BackstageCredentials;
  /** As JSON; undefined for a request without one. */
  body: unknown;
}

/** How a request is recorded. */
export interface AuditedAs {
  eventId: string;
  /** `low` unless told. */
  severityLevel?: AuditorServiceEventSeverityLevel;
  metaOf(asked: { request: Request; body: unknown }): JsonObject;
}

/** Who asks, what they may do, the record of it, and the answer: the same for every route. */
export type Answering = <T>(
  as: AuditedAs,
  answer: (asked: Asked) => T | Promise<T>,
) => RequestHandler;

/** What every route does around its answer. Nothing of a body is looked at before its sender is known. */
export function createAnswering(options: {
  auditor: AuditorService;
  httpAuth: HttpAuthService;
  permissions: Permissions;
}): Answering {
  const { auditor, httpAuth, permissions } = options;
  return <T>(as: AuditedAs, answer: (asked: Asked) => T | Promise<T>) =>
    async (request: Request, response: Response<T>) => {
      const credentials = await httpAuth.credentials(request, {
        allow: ['user', 'service'],
      });
      const body = await readJson(request, response);
      const answered = await audited(
        auditor,
        request,
        {
          eventId: as.eventId,
          severityLevel: as.severityLevel,
          meta: as.metaOf({ request, body }),
        },
        async () => {
          const access = await permissions.accessOf(credentials);
          return answer({ request, access, credentials, body });
        },
      );
      response.json(answered);
    };
}
