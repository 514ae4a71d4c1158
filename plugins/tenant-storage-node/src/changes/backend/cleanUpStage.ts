import { formatBytes } from '@kmetal/backstage-plugin-tenant-storage-common';
import { GitOpsError } from '../../gitops';
import { pathOfClass } from '../paths/localPathValues';
import { becauseOf } from '../paths/nodeBoundary';
import type { PlannedChange, Planning } from '../storageChange';
import { classInGit, needClasses } from './backendInGit';
import { CANARY_NAMESPACE, isCanaryClass, TITLES } from './backendManifests';
import type { BackendRequest } from './backendRequest';
import { isAskedFor, liveClass, volumesOfOthers } from './liveBackend';

/** Nothing of the old backend goes while it has a volume. */
function judgeVolumes({
  request,
  facts,
  refuse,
}: Planning<BackendRequest>): void {
  const { volumes, storageClass } = facts;
  if (volumes.sight !== 'known') {
    refuse({
      code: 'factUnknown',
      problem: `Whether volumes are left on the old backend is not known: PersistentVolumes can't be seen${becauseOf(
        volumes,
      )}.`,
      remedy:
        'Let the portal list PersistentVolumes there: without the entry, local-path can never delete the volumes that it made.',
    });
    return;
  }
  const { count, bytes, provisioners } = volumesOfOthers(request, facts);
  if (count > 0) {
    refuse({
      code: 'volumesLeft',
      problem: `${count} volumes (${formatBytes(
        bytes,
      )}) of ${storageClass} are left on ${provisioners.join(
        ', ',
      )}: without what is to be taken out, nothing could delete them, and their data would stay on the disks.`,
      remedy:
        'Wait until tenants have moved or deleted them, and ask again then.',
    });
  }
}

function judgeServed({
  request,
  facts,
  refuse,
}: Planning<BackendRequest>): void {
  const live = liveClass(facts);
  if (live && isAskedFor(request, facts, live.provisioner) === true) return;
  refuse({
    code: 'notReady',
    field: 'to',
    problem: `${facts.storageClass} is ${
      live ? `served by ${live.provisioner}` : 'not there'
    }, and not served by ${TITLES[request.backend.name]}.`,
    remedy: 'Finish the swap first, with the stages release and claim.',
  });
}

/** The entry of the class leaves local-path's map; never the last one, and never that of the platform. */
function removeEntry({
  request,
  facts,
  draft,
  refuse,
}: Planning<BackendRequest>): string[] {
  const { storageClass } = facts;
  const { values, rendered } = classInGit(draft, storageClass);
  if (
    request.backend.name === 'local-path' ||
    !values?.classes.includes(storageClass)
  ) {
    return [];
  }
  if (rendered) {
    refuse({
      code: 'notReleased',
      field: 'stage',
      problem: `Local-path's values (${draft.shown(
        values.at,
      )}) still make ${storageClass}.`,
      remedy: 'Ask for the stage release first.',
    });
    return [];
  }
  if (values.classes.length < 2) {
    throw new GitOpsError({
      code: 'boundaryBroken',
      problem: `${storageClass} is the only class in local-path's values (${draft.shown(
        values.at,
      )}): with none left, the chart makes a class on /opt/local-path-provisioner of every node.`,
      remedy: 'Enter the class local-path of the platform first.',
    });
  }
  draft.remove(values.at, pathOfClass(values, storageClass));
  return [`${storageClass} in local-path's map`];
}

/** Canaries have shown what they were for. */
function removeCanaries({ facts, draft }: Planning<BackendRequest>): string[] {
  const names = draft
    .list({ apiGroup: 'storage.k8s.io', kind: 'StorageClass' })
    .filter(each => isCanaryClass(draft.data(each), facts.storageClass))
    .flatMap(({ name }) => (name === undefined ? [] : [name]));
  const gone: string[] = [];
  for (const name of names) {
    const objects = [
      {
        apiGroup: '',
        kind: 'PersistentVolumeClaim',
        namespace: CANARY_NAMESPACE,
        name,
      },
      { apiGroup: 'storage.k8s.io', kind: 'StorageClass', name },
    ];
    for (const object of objects) {
      // Looked for one by one: places move when something before them goes.
      const at = draft.find(object);
      if (at) draft.removeObject(at);
    }
    gone.push(`the canary ${name}`);
  }
  const namespace =
    gone.length > 0 &&
    draft.find({ apiGroup: '', kind: 'Namespace', name: CANARY_NAMESPACE });
  if (namespace) draft.removeObject(namespace);
  return gone;
}

/** What is left of the old backend goes, once it has no volume of the class. */
export function planCleanUp(planning: Planning<BackendRequest>): PlannedChange {
  const { facts, underCluster, request } = planning;
  const { storageClass } = facts;
  needClasses(facts);
  judgeVolumes(planning);
  judgeServed(planning);
  const gone = [...removeEntry(planning), ...removeCanaries(planning)];
  return {
    title: `Swap of ${storageClass} in ${underCluster} to ${request.backend.name}: clean up`,
    impact: [
      {
        what: 'Volumes on the old backend',
        before:
          facts.volumes.sight === 'known'
            ? `${volumesOfOthers(request, facts).count}`
            : null,
        after: null,
        note:
          facts.volumes.sight === 'known'
            ? null
            : `They can't be seen${becauseOf(facts.volumes)}.`,
      },
      ...gone.map(each => ({
        what: each,
        before: 'in Git',
        after: 'taken out',
        note: null,
      })),
    ],
    notes: [
      'Drivers, their namespaces and classes for snapshots stay: other classes may use them, and uninstalling a driver is done as its vendor documents it.',
    ],
    alreadyThere: 'Git has nothing left of the old backend.',
  };
}
