import { Json } from './object';

/** One cause in a Status, as the real server lists them for invalid objects. */
export interface StatusCause {
  reason: string;
  message: string;
  field?: string;
}

/** An error that is answered as a Kubernetes Status object. */
export class StatusError extends Error {
  readonly code: number;
  readonly status: Json;

  constructor(
    code: number,
    reason: string | undefined,
    message: string,
    details?: Json,
    metadata: Json = {},
  ) {
    super(message);
    this.name = 'StatusError';
    this.code = code;
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata,
      status: 'Failure',
      message,
      ...(reason && { reason }),
      ...(details && { details }),
      code,
    };
  }
}

/** What an error speaks of: the plural and group of a resource, and a name if there is one. */
export interface Subject {
  group: string;
  plural: string;
}

function detailsOf(subject: Subject, name: string | undefined) {
  return {
    ...(name && { name }),
    ...(subject.group && { group: subject.group }),
    kind: subject.plural,
  };
}

/** `persistentvolumeclaims`, or `datavolumes.cdi.kubevirt.io` outside the core group. */
export function qualified(subject: Subject): string {
  return subject.group ? `${subject.plural}.${subject.group}` : subject.plural;
}

export const badRequest = (message: string) =>
  new StatusError(400, 'BadRequest', message);

export const unauthorized = () =>
  new StatusError(401, 'Unauthorized', 'Unauthorized');

export const notFound = (subject: Subject, name: string) =>
  new StatusError(
    404,
    'NotFound',
    `${qualified(subject)} "${name}" not found`,
    detailsOf(subject, name),
  );

export const noSuchResource = () =>
  new StatusError(
    404,
    'NotFound',
    'the server could not find the requested resource',
    {},
  );

export const alreadyExists = (subject: Subject, name: string) =>
  new StatusError(
    409,
    'AlreadyExists',
    `${qualified(subject)} "${name}" already exists`,
    detailsOf(subject, name),
  );

export const conflict = (subject: Subject, name: string, why: string) =>
  new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(subject)} "${name}": ${why}`,
    detailsOf(subject, name),
  );

export const forbidden = (
  subject: Subject,
  name: string | undefined,
  why: string,
  causes?: StatusCause[],
) =>
  new StatusError(
    403,
    'Forbidden',
    `${qualified(subject)}${name ? ` "${name}"` : ''} is forbidden: ${why}`,
    { ...detailsOf(subject, name), ...(causes && { causes }) },
  );

/** 422, with one cause a problem; the message lists them as the real server does. */
export function invalid(
  kind: string,
  group: string,
  name: string,
  causes: StatusCause[],
): StatusError {
  const problems = causes.map(cause => `${cause.field}: ${cause.message}`);
  const list = problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`;
  return new StatusError(
    422,
    'Invalid',
    `${kind}${group ? `.${group}` : ''} "${name}" is invalid: ${list}`,
    {
      ...(name && { name }),
      ...(group && { group }),
      kind,
      causes,
    },
  );
}

export const expired = (message: string, metadata?: Json) =>
  new StatusError(410, 'Expired', message, undefined, metadata);

export const methodNotAllowed = () =>
  new StatusError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );

export const unsupportedMediaType = (supported: string[]) =>
  new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${supported.join(
      ', ',
    )}`,
  );

/** A malformed resourceVersion: the real server answers 500 without a reason. */
export const internal = (message: string) =>
  new StatusError(500, undefined, message);
