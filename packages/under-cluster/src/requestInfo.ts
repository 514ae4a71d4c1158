import { pinnedName } from './selectors';

/** What a request asks for, as the authorizer sees it. */
export type RequestInfo =
  | {
      resource: true;
      verb: string;
      group: string;
      version: string;
      namespace: string;
      plural: string;
      subresource: string;
      name: string;
    }
  | { resource: false; verb: string; path: string };

/** Reads verb, resource, namespace and name from a request's method, path and query. */
export function requestInfo(method: string, url: URL): RequestInfo {
  const parts = url.pathname
    .split('/')
    .slice(1)
    .map(part => decode(part));
  const nonResource: RequestInfo = {
    resource: false,
    verb: method.toLowerCase(),
    path: url.pathname,
  };
  let group = '';
  let rest: string[];
  if (parts[0] === 'api' && parts.length >= 3) {
    rest = parts.slice(1);
  } else if (parts[0] === 'apis' && parts.length >= 4) {
    group = parts[1];
    rest = parts.slice(2);
  } else {
    return nonResource;
  }
  const version = rest[0];
  let path = rest.slice(1).filter((part, i, all) => part || i < all.length - 1);
  if (path.length === 0) {
    return nonResource;
  }
  let namespace = '';
  if (path[0] === 'namespaces' && path.length > 1) {
    namespace = path[1];
    const isNamespaceItself =
      path.length === 2 ||
      (path.length === 3 && ['status', 'finalize'].includes(path[2]));
    if (!isNamespaceItself) {
      path = path.slice(2);
    }
  }
  const [plural, name = '', subresource = ''] = path;
  return {
    resource: true,
    verb: verbOf(method, name, url),
    group,
    version,
    namespace,
    plural,
    subresource,
    name:
      name ||
      (method === 'GET'
        ? pinnedName(url.searchParams.get('fieldSelector')) ?? ''
        : ''),
  };
}

function verbOf(method: string, name: string, url: URL): string {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name ? 'delete' : 'deletecollection';
    case 'GET':
    case 'HEAD':
      if (name) {
        return 'get';
      }
      return isTrue(url.searchParams.get('watch')) ? 'watch' : 'list';
    default:
      return method.toLowerCase();
  }
}

/** `watch` and `watch=` count as true, as the real server reads booleans in a query. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
