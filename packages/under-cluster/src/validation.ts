import { KubeObject } from './object';
import { Resource } from './resources';
import { invalid, StatusCause } from './status';

/** Refuses a new object that the real server would refuse, in its words. */
export function validateNew(resource: Resource, object: KubeObject): void {
  const causes: StatusCause[] = [];
  if (!object.metadata.name) {
    causes.push({
      reason: 'FieldValueRequired',
      message: 'Required value: name or generateName is required',
      field: 'metadata.name',
    });
  }
  refuse(resource, object, causes);
}

/** Refuses a change that the real server would refuse, in its words. */
export function validateUpdate(
  _resource: Resource,
  _current: KubeObject,
  _next: KubeObject,
  _subresource: string,
): void {}

function refuse(
  resource: Resource,
  object: KubeObject,
  causes: StatusCause[],
): void {
  if (causes.length > 0) {
    throw invalid(resource.kind, resource.group, object.metadata.name, causes);
  }
}
