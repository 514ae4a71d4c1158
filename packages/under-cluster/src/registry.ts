import { randomBytes, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { admit, admitUpdate } from './admission';
import { withDefaults } from './defaults';
import { copyOf, isRecord, Json, KubeObject } from './object';
import { chargeClaim } from './quota';
import {
  apiVersionOf,
  BUILT_IN,
  builtInResource,
  customResources,
  Resource,
} from './resources';
import { moment } from './scenario';
import {
  alreadyExists,
  badRequest,
  conflict,
  internal,
  invalid,
  noSuchResource,
  notFound,
} from './status';
import { objectKey, Storage, storageKey } from './storage';
import { validateNew, validateUpdate } from './validation';

const DEFINITIONS = builtInResource(
  'customresourcedefinitions',
  'apiextensions.k8s.io',
);
const NAMESPACES = builtInResource('namespaces');
const CLAIMS = builtInResource('persistentvolumeclaims');

export const DEFINITION_CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

/** What a delete may ask for beyond the deletion. */
export interface DeleteOptions {
  preconditions?: { uid?: string; resourceVersion?: string };
  gracePeriodSeconds?: number;
}

/** Creates, changes and deletes objects as the API server does, and knows which resources there are. */
export class Registry {
  readonly storage = new Storage();
  #resources: Resource[] = BUILT_IN;

  constructor() {
    this.storage.watch(change => {
      if (change.resource === storageKey(DEFINITIONS)) {
        this.#resources = [
          ...BUILT_IN,
          ...this.storage
            .all(storageKey(DEFINITIONS))
            .flatMap(([, definition]) => customResources(definition)),
        ];
      }
    });
  }

  /** Everything served now, built-in first. */
  get resources(): readonly Resource[] {
    return this.#resources;
  }

  find(group: string, version: string, plural: string): Resource | undefined {
    return this.#resources.find(
      resource =>
        resource.group === group &&
        resource.version === version &&
        resource.plural === plural,
    );
  }

  findKind(apiVersion: string, kind: string): Resource | undefined {
    return this.#resources.find(
      resource =>
        apiVersionOf(resource) === apiVersion && resource.kind === kind,
    );
  }

  get(
    resource: Resource,
    namespace: string | undefined,
    name: string,
  ): KubeObject {
    const object = this.storage.get(
      storageKey(resource),
      objectKey(namespace, name),
    );
    if (!object) {
      throw notFound(resource, name);
    }
    return object;
  }

  create(
    resource: Resource,
    namespace: string | undefined,
    body: Json,
  ): KubeObject {
    const object = this.#received(resource, namespace, body);
    const { metadata } = object;
    if (metadata.resourceVersion) {
      throw internal(
        'resourceVersion should not be set on objects to be created',
      );
    }
    if (!metadata.name && metadata.generateName) {
      metadata.name = `${metadata.generateName}${randomSuffix()}`;
    }
    metadata.uid = randomUUID();
    metadata.creationTimestamp = moment(Date.now());
    delete metadata.deletionTimestamp;
    delete metadata.deletionGracePeriodSeconds;
    delete metadata.selfLink;
    if (resource.generation) {
      metadata.generation = 1;
    }
    // The status of a new object is the server's business; nodes are the exception: the kubelet registers with one.
    if (resource.status && resource.kind !== 'Node') {
      delete object.status;
    }
    const complete = withDefaults(resource, object);
    const admitted = admit(this.storage, resource, complete);
    validateNew(resource, admitted);
    if (resource === CLAIMS) {
      chargeClaim(this.storage, undefined, admitted);
    }
    const key = objectKey(namespace, metadata.name);
    if (this.storage.get(storageKey(resource), key)) {
      throw alreadyExists(resource, metadata.name);
    }
    return this.storage.put(storageKey(resource), key, admitted);
  }

  /** Puts an object there as if restored from a backup: with the status and creationTimestamp it has. */
  restore(resource: Resource, object: KubeObject): KubeObject {
    const restored = withDefaults(resource, copyOf(object));
    const { metadata } = restored;
    metadata.uid ??= randomUUID();
    metadata.creationTimestamp ??= moment(Date.now());
    delete metadata.resourceVersion;
    if (resource.generation) {
      metadata.generation ??= 1;
    }
    if (
      resource.namespaced &&
      !this.storage.get(storageKey(NAMESPACES), `${metadata.namespace}`)
    ) {
      throw notFound(NAMESPACES, `${metadata.namespace}`);
    }
    validateNew(resource, restored);
    return this.storage.put(
      storageKey(resource),
      objectKey(metadata.namespace, metadata.name),
      admit(this.storage, resource, restored, true),
    );
  }

  update(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    body: Json,
    subresource = '',
  ): KubeObject {
    const sent = this.#received(resource, namespace, body);
    if (sent.metadata.name && sent.metadata.name !== name) {
      throw badRequest(
        `the name of the object (${sent.metadata.name}) does not match the name on the URL (${name})`,
      );
    }
    const current = this.get(resource, namespace, name);
    sent.metadata.name = name;
    checkCurrent(resource, current, sent);

    const next = withDefaults(
      resource,
      merged(resource, current, sent, subresource),
    );
    if (isDeepStrictEqual(next, current)) {
      return current;
    }
    if (
      resource.generation &&
      !isDeepStrictEqual(specOf(resource, next), specOf(resource, current))
    ) {
      next.metadata.generation = (current.metadata.generation ?? 0) + 1;
    }
    validateUpdate(resource, current, next, subresource);
    admitUpdate(this.storage, resource, current, next, subresource);
    if (resource === CLAIMS && subresource === '') {
      chargeClaim(this.storage, current, next);
    }
    const key = objectKey(namespace, name);
    if (isGone(resource, next)) {
      this.storage.remove(storageKey(resource), key);
      return next;
    }
    return this.storage.put(storageKey(resource), key, next);
  }

  /** Applies a JSON merge patch (RFC 7386). */
  patch(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    patch: Json,
    subresource = '',
  ): KubeObject {
    const current = this.get(resource, namespace, name);
    return this.update(
      resource,
      namespace,
      name,
      mergePatch(current, patch),
      subresource,
    );
  }

  /** Deletes an object, or marks it as deleted while finalizers hold it. */
  delete(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    options: DeleteOptions = {},
  ): { object: KubeObject; gone: boolean } {
    const current = this.get(resource, namespace, name);
    const { uid, resourceVersion } = options.preconditions ?? {};
    if (uid && uid !== current.metadata.uid) {
      // The real server names the kind here where it names the resource elsewhere.
      throw conflict(
        { group: resource.group, plural: resource.kind },
        name,
        `the UID in the precondition (${uid}) does not match the UID in record (${current.metadata.uid}). The object might have been deleted and then recreated`,
      );
    }
    if (
      resourceVersion &&
      resourceVersion !== current.metadata.resourceVersion
    ) {
      throw conflict(
        { group: resource.group, plural: resource.kind },
        name,
        `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${current.metadata.resourceVersion}). The object might have been modified`,
      );
    }
    const grace = gracePeriod(resource, current, options);
    const emptied = isEmptiedFirst(resource);
    const held =
      (current.metadata.finalizers ?? []).length > 0 || grace > 0 || emptied;
    const key = objectKey(namespace, name);
    if (!held) {
      const object = this.storage.remove(storageKey(resource), key);
      return { object: object ?? current, gone: true };
    }
    if (current.metadata.deletionTimestamp) {
      return { object: current, gone: false };
    }
    const marked: KubeObject = {
      ...current,
      metadata: {
        ...current.metadata,
        deletionTimestamp: moment(Date.now() + grace * 1000),
        ...(!emptied && { deletionGracePeriodSeconds: grace }),
      },
    };
    if (resource === NAMESPACES) {
      marked.status = { ...marked.status, phase: 'Terminating' };
    } else if (resource === DEFINITIONS) {
      marked.metadata.finalizers = [
        ...(marked.metadata.finalizers ?? []),
        DEFINITION_CLEANUP,
      ];
    } else if (marked.metadata.generation) {
      marked.metadata.generation += 1;
    }
    return {
      object: this.storage.put(storageKey(resource), key, marked),
      gone: false,
    };
  }

  /** Checks what every body must be, and gives a copy with the namespace of the URL. */
  #received(
    resource: Resource,
    namespace: string | undefined,
    body: Json,
  ): KubeObject {
    if (!isRecord(body)) {
      throw badRequest(
        `the object provided is unrecognized (must be of type ${resource.kind}): couldn't get version/kind; json parse error`,
      );
    }
    const apiVersion = apiVersionOf(resource);
    checkType(resource, apiVersion, body);
    const metadata = isRecord(body.metadata) ? copyOf(body.metadata) : {};
    if (namespace && metadata.namespace && metadata.namespace !== namespace) {
      throw badRequest(
        'the namespace of the provided object does not match the namespace sent on the request',
      );
    }
    if (namespace) {
      metadata.namespace = namespace;
    } else {
      delete metadata.namespace;
    }
    return {
      ...copyOf(body),
      apiVersion,
      kind: resource.kind,
      metadata: metadata as KubeObject['metadata'],
    };
  }

  /** The resource an object belongs to; throws what the real server answers for a kind it doesn't serve. */
  resourceOf(object: KubeObject): Resource {
    const resource = this.findKind(object.apiVersion, object.kind);
    if (!resource) {
      throw noSuchResource();
    }
    return resource;
  }
}

/** A body may leave out kind and apiVersion of a built-in resource, but not be of another. */
function checkType(resource: Resource, apiVersion: string, body: Json): void {
  const kind = body.kind ?? (resource.custom ? undefined : resource.kind);
  const version = body.apiVersion ?? (resource.custom ? undefined : apiVersion);
  if (kind === resource.kind && version === apiVersion) {
    return;
  }
  if (resource.custom && kind && version === apiVersion) {
    throw invalid(kind, resource.group, body.metadata?.name ?? '', [
      {
        reason: 'FieldValueInvalid',
        message: `Invalid value: "${kind}": must be ${resource.kind}`,
        field: 'kind',
      },
    ]);
  }
  throw badRequest(
    `${kind ?? resource.kind} in version "${
      resource.version
    }" cannot be handled as a ${resource.kind}: it is ${
      kind ? `a ${kind}` : 'of no kind'
    } of ${version ?? 'no version'}`,
  );
}

function checkCurrent(
  resource: Resource,
  current: KubeObject,
  sent: KubeObject,
): void {
  const { uid, resourceVersion, name } = sent.metadata;
  if (
    !resourceVersion &&
    (resource.custom || isUnconditionalRefused(resource))
  ) {
    // Here, too, the real server names the resource where it names the kind elsewhere.
    throw invalid(resource.plural, resource.group, name, [
      {
        reason: 'FieldValueInvalid',
        message: 'Invalid value: 0x0: must be specified for an update',
        field: 'metadata.resourceVersion',
      },
    ]);
  }
  if (uid && uid !== current.metadata.uid) {
    throw conflict(
      resource,
      name,
      `StorageError: invalid object, Code: 4, Key: /registry/${
        resource.plural
      }/${objectKey(
        current.metadata.namespace,
        name,
      )}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${
        current.metadata.uid
      }`,
    );
  }
  if (resourceVersion && resourceVersion !== current.metadata.resourceVersion) {
    throw conflict(
      resource,
      name,
      'the object has been modified; please apply your changes to the latest version and try again',
    );
  }
}

/** Kinds whose update must name the version it replaces. */
function isUnconditionalRefused(resource: Resource): boolean {
  return [
    'CustomResourceDefinition',
    'CSIDriver',
    'CSINode',
    'VolumeAttachment',
  ].includes(resource.kind);
}

/** What is there after an update: each side of an object is written through its own door only. */
function merged(
  resource: Resource,
  current: KubeObject,
  sent: KubeObject,
  subresource: string,
): KubeObject {
  const fixed = [
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'generation',
    'resourceVersion',
    'generateName',
  ];
  const metadata: KubeObject['metadata'] = { ...sent.metadata };
  for (const field of fixed) {
    delete metadata[field];
    if (current.metadata[field] !== undefined) {
      metadata[field] = current.metadata[field];
    }
  }
  for (const field of ['labels', 'annotations', 'finalizers']) {
    if (metadata[field] && Object.keys(metadata[field]).length === 0) {
      delete metadata[field];
    }
  }
  delete metadata.selfLink;
  delete metadata.managedFields;
  if (subresource === 'status') {
    const next: KubeObject = {
      ...current,
      metadata: resource.custom ? current.metadata : metadata,
    };
    delete next.status;
    return sent.status === undefined ? next : { ...next, status: sent.status };
  }
  const next: KubeObject = { ...sent, metadata };
  if (resource.status) {
    delete next.status;
    if (current.status !== undefined) {
      next.status = current.status;
    }
  }
  if (resource === NAMESPACES) {
    next.spec = current.spec;
  }
  return next;
}

/** What `metadata.generation` counts the changes of. */
function specOf(resource: Resource, object: KubeObject): Json {
  const { metadata, status, ...rest } = object;
  return resource.status ? rest : { ...rest, status };
}

/** An object that was to be deleted is gone as soon as its last finalizer is. */
function isGone(resource: Resource, object: KubeObject): boolean {
  return (
    !!object.metadata.deletionTimestamp &&
    (object.metadata.finalizers ?? []).length === 0 &&
    !(object.metadata.deletionGracePeriodSeconds > 0) &&
    resource !== NAMESPACES
  );
}

/** A namespace and a definition stay until a controller has deleted what depends on them. */
function isEmptiedFirst(resource: Resource): boolean {
  return resource === NAMESPACES || resource === DEFINITIONS;
}

/** A pod on a node goes when its kubelet says so, unless it is forced; anything else has no grace period. */
function gracePeriod(
  resource: Resource,
  object: KubeObject,
  options: DeleteOptions,
): number {
  if (resource.kind !== 'Pod' || resource.group || !object.spec?.nodeName) {
    return 0;
  }
  if (['Succeeded', 'Failed'].includes(object.status?.phase)) {
    return 0;
  }
  return (
    options.gracePeriodSeconds ??
    object.spec.terminationGracePeriodSeconds ??
    30
  );
}

/** RFC 7386. */
function mergePatch(target: Json, patch: Json): Json {
  if (!isRecord(patch)) {
    return patch;
  }
  const result: Record<string, Json> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      delete result[key];
    } else {
      result[key] = mergePatch(result[key], value);
    }
  }
  return result;
}

// The alphabet of the real server: no vowels, so that no word comes out.
const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

function randomSuffix(): string {
  return [...randomBytes(5)]
    .map(byte => SUFFIX_ALPHABET[byte % SUFFIX_ALPHABET.length])
    .join('');
}
