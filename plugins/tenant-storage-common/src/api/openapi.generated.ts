// Made by `yarn generate:openapi` from the backend's src/schema/openapi.yaml: change that file, not this one.

/** @public */
export interface paths {
    "/v1/under-clusters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The under clusters that the caller may see (permission tenant-storage.fleet.read) */
        get: operations["listUnderClusters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tenants that the caller may read (permission tenant-storage.tenant.read) */
        get: operations["listTenants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/under-clusters/{underCluster}/tenants/{tenant}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                underCluster: components["parameters"]["UnderCluster"];
                /** The tenant's namespace in the under cluster. */
                tenant: components["parameters"]["Tenant"];
            };
            cookie?: never;
        };
        /** One tenant */
        get: operations["getTenant"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/under-clusters/{underCluster}/tenants/{tenant}/volumes": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                underCluster: components["parameters"]["UnderCluster"];
                /** The tenant's namespace in the under cluster. */
                tenant: components["parameters"]["Tenant"];
            };
            cookie?: never;
        };
        /** The volumes of a tenant, whatever else is charged to its quota included */
        get: operations["listVolumes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/under-clusters/{underCluster}/tenants/{tenant}/volumes/{volume}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                underCluster: components["parameters"]["UnderCluster"];
                /** The tenant's namespace in the under cluster. */
                tenant: components["parameters"]["Tenant"];
                /** The claim's name in the under cluster. */
                volume: components["schemas"]["Name"];
            };
            cookie?: never;
        };
        /** One volume */
        get: operations["getVolume"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/changes/quota/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What another storage quota would mean for a tenant, and what would be proposed (permission tenant-storage.change.create)
         * Nothing is changed and nothing is proposed. It tells nothing of other tenants.
         */
        post: operations["previewQuotaChange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/changes/quota/facts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What the planner of a quota needs (permission tenant-storage.change.create)
         * For the Scaffolder's action alone, which asks on behalf of the task's initiator: it tells of the under cluster as a whole
         *     (`facts.fleet`), for the approver's eyes, and asks the Git host each time. People have the preview.
         */
        post: operations["getQuotaChangeFacts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/changes/{change}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a change of an under cluster's storage would do, and what would be proposed (permission tenant-storage.platform-change.create)
         * Nothing is changed and nothing is proposed.
         */
        post: operations["previewStorageChange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/changes/{change}/facts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What the planner of a change needs (permission tenant-storage.platform-change.create)
         * For the Scaffolder's action alone, which asks on behalf of the task's initiator. People have the preview.
         */
        post: operations["getStorageChangeFacts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/changes/{change}/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Records that a change is about to be proposed, so that it is followed (permission tenant-storage.platform-change.create)
         * Only the scaffolder may, on behalf of the task's initiator, who becomes the requester. A request that is open for the same object and
         *     not merged yet is the same request, with the latest wish.
         */
        post: operations["recordStorageChange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Requests for changes, of the tenants that the caller may read, the latest first */
        get: operations["listRequests"];
        put?: never;
        /**
         * Records that a change is about to be proposed, so that it is followed (permission tenant-storage.change.create)
         * Only the scaffolder may, on behalf of the task's initiator, who becomes the requester. A request that is open for the same object and
         *     not merged yet is the same request, with the latest wish.
         */
        post: operations["recordRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
/** @public */
export type webhooks = Record<string, never>;
/** @public */
export interface components {
    schemas: {
        /** A Kubernetes name (RFC 1123 subdomain). */
        Name: string;
        /** A Kubernetes name without dots (RFC 1123 label), such as a namespace has. */
        Label: string;
        /** A number of bytes in decimal. */
        Bytes: string;
        /** Format: date-time */
        Time: string;
        Error: {
            error: {
                name: string;
                message: string;
            };
            request?: Record<string, never>;
            response?: Record<string, never>;
        };
        /** Why an answer is not whole. */
        Problem: {
            underCluster: string;
            /** The Kubernetes kind that can't be seen, or null if it is the whole under cluster. */
            kind: string | null;
            /** For people: what is wrong, and what that hides. */
            message: string;
            since: components["schemas"]["Time"];
        };
        KindState: {
            kind: string;
            /**
             * syncing = not read yet, nothing is known; synced = live; stale = the last known state, not confirmed since;
             *     notPermitted = the reader's role does not allow it; notInstalled = the under cluster does not have this kind.
             * One of the words below.
             */
            state: "syncing" | "synced" | "stale" | "notPermitted" | "notInstalled";
            /** When it was last known to be right (synced only). */
            at: components["schemas"]["Time"] | null;
            /** Since when it is in this state (all but synced). */
            since: components["schemas"]["Time"] | null;
            message: string | null;
        };
        /** How far what is shown can be trusted. */
        Freshness: {
            /**
             * live = all that this answer needs is live; partial = some kinds can't be seen; stale = at least one kind is not confirmed; syncing = still being read.
             * One of the words below.
             */
            state: "live" | "partial" | "stale" | "syncing";
            /** The oldest "not confirmed since", if stale. */
            since: components["schemas"]["Time"] | null;
            kinds: components["schemas"]["KindState"][];
        };
        /** Something a person should know, worst first wherever there are several. */
        Trouble: {
            /** One of the words below. */
            severity: "error" | "warning" | "info";
            /** Stable, for filters and links, e.g. quotaExceeded, waitingForConsumer, provisionerRefusedNode, csiControllerDown. */
            code: string;
            /** A few words. */
            title: string;
            /** One or two sentences. */
            message: string;
            /** What Kubernetes said of it, as it said it, on one line. */
            quote: string | null;
            /** The next step. */
            remedy: string | null;
            /** One of the words below. */
            whoCanFix: "tenant" | "platform" | "nobody";
            /** The Kubernetes object this rests on. */
            object: {
                kind: string;
                name: string;
            } | null;
            since: components["schemas"]["Time"] | null;
        };
        UnderClusterList: {
            items: components["schemas"]["UnderCluster"][];
            /** Why there may be more under clusters than are known: who names them has not answered since the start. null = all are known. */
            incomplete: string | null;
            /** Why there is nothing at all, for people. */
            emptyBecause: string | null;
        };
        UnderCluster: {
            name: components["schemas"]["Label"];
            title: string;
            /** How many tenants it has; null if not known. */
            tenants: number | null;
            storageClass: components["schemas"]["StorageClass"];
            cdi: components["schemas"]["Cdi"];
            freshness: components["schemas"]["Freshness"];
            errors: components["schemas"]["Problem"][];
        };
        TenantList: {
            items: components["schemas"]["TenantSummary"][];
            /** How many match, all pages together. */
            total: number;
            nextCursor: string | null;
            errors: components["schemas"]["Problem"][];
            emptyBecause: string | null;
        };
        /**
         * error = something does not work now; warning = it soon won't, or is not whole; unknown = can't be told.
         * One of the words below.
         */
        TenantStatus: "ok" | "warning" | "error" | "unknown";
        TenantSummary: {
            underCluster: components["schemas"]["Label"];
            underClusterTitle: string;
            name: components["schemas"]["Label"];
            owners: string[];
            status: components["schemas"]["TenantStatus"];
            quotaState: components["schemas"]["QuotaState"];
            /** Of the storage quota with the least headroom; without quota, the sum charged. */
            used: components["schemas"]["Bytes"] | null;
            hard: components["schemas"]["Bytes"] | null;
            /** used / hard; over 1 is a legal value. */
            usedRatio: number | null;
            headroom: components["schemas"]["Headroom"];
            volumes: components["schemas"]["VolumeCounts"] | null;
            worstTrouble: components["schemas"]["Trouble"] | null;
        };
        /**
         * limited = at least one quota binds; unlimited = none does; unknown = quotas can't be seen.
         * One of the words below.
         */
        QuotaState: "limited" | "unlimited" | "unknown";
        /** One key of one ResourceQuota that binds the tenant's volumes. */
        QuotaLimit: {
            /** The ResourceQuota's name. */
            quota: string;
            key: string;
            /** One of the words below. */
            resource: "bytes" | "count";
            /** The class the key is about; null = all classes together. */
            storageClass: string | null;
            /** Bytes or a number of claims; null until counted. */
            used: components["schemas"]["Bytes"] | null;
            hard: components["schemas"]["Bytes"];
            /** hard - used; negative if over. */
            remaining: components["schemas"]["Bytes"] | null;
            /** null also if hard is 0. */
            usedRatio: number | null;
        };
        /** The largest volume the tenant can create now, by the size the tenant asks for. */
        Headroom: {
            /** One of the words below. */
            state: "known" | "unlimited" | "unknown";
            bytes: components["schemas"]["Bytes"] | null;
            /** Plain words for the number and what it takes into account. */
            explanation: string;
            limitedBy: {
                quota: string;
                key: string;
            } | null;
            /** What CDI adds for the file system, as a fraction such as 0.06; '0' for block volumes. */
            overhead: string | null;
            /** Whether creating a volume needs its size twice for a moment. */
            doubled: boolean | null;
            /** Bytes that volumes being created will still take. */
            inFlight: components["schemas"]["Bytes"] | null;
        };
        /** Tenant volumes and VM disks by state; helper claims are not counted. */
        VolumeCounts: {
            total: number;
            ok: number;
            waiting: number;
            working: number;
            error: number;
            deleting: number;
            unknown: number;
        };
        Tenant: {
            underCluster: components["schemas"]["Label"];
            underClusterTitle: string;
            name: components["schemas"]["Label"];
            /** Entity references. */
            owners: string[];
            status: components["schemas"]["TenantStatus"];
            quotaState: components["schemas"]["QuotaState"];
            /** Whether the caller may ask for a change of its storage: the permission tenant-storage.change.create, and a repository is configured. */
            canRequest: boolean;
            /** Every key that binds; the one with the least headroom first. */
            limits: components["schemas"]["QuotaLimit"][];
            headroom: components["schemas"]["Headroom"];
            /** Sum of all claims of the class, in bytes. */
            charged: components["schemas"]["Bytes"] | null;
            /** Claims that name no tenant cluster are in an entry whose name is null. */
            tenantClusters: components["schemas"]["TenantCluster"][];
            hiddenConsumers: components["schemas"]["HiddenConsumer"][];
            volumes: components["schemas"]["VolumeCounts"] | null;
            storageClass: components["schemas"]["StorageClass"];
            cdi: components["schemas"]["Cdi"];
            troubles: components["schemas"]["Trouble"][];
            freshness: components["schemas"]["Freshness"];
            errors: components["schemas"]["Problem"][];
        };
        TenantCluster: {
            name: string | null;
            controlPlane: {
                status: string | null;
                version: string | null;
            } | null;
            charged: components["schemas"]["Bytes"] | null;
            volumes: number | null;
            csiController: components["schemas"]["CsiController"];
        };
        /** kubevirt-csi-controller of a tenant cluster. */
        CsiController: {
            /** One of the words below. */
            state: "ready" | "degraded" | "down" | "missing" | "unknown";
            name: string | null;
            ready: number | null;
            desired: number | null;
            /** Only the ones in trouble. */
            containers: {
                pod: string;
                container: string;
                reason: string | null;
                message: string | null;
                restarts: number;
            }[];
        };
        /** What counts against the quota without being a volume the tenant asked for. */
        HiddenConsumer: {
            purpose: components["schemas"]["VolumePurpose"];
            /** All of them together; null if the size of one is not known. */
            charged: components["schemas"]["Bytes"] | null;
            volumes: number;
            explanation: string;
        };
        StorageClass: {
            /** One of the words below. */
            state: "present" | "missing" | "unknown";
            name: string;
            provisioner: string | null;
            /** For people, e.g. Local disks, Ceph RBD; the provisioner if it is not a known one. */
            backend: string | null;
            volumeBindingMode: string | null;
            reclaimPolicy: string | null;
            /** What the class says; local-path says true and cannot. */
            allowVolumeExpansion: boolean | null;
            /** CDI's StorageProfile of the class. */
            profile: {
                /**
                 * pinned = spec says so and status follows; pinning = status does not follow yet; derived = CDI's own choice; missing; unknown.
                 * One of the words below.
                 */
                state: "pinned" | "pinning" | "derived" | "missing" | "unknown";
                /** What CDI uses. */
                claimPropertySets: {
                    accessModes: string[];
                    volumeMode: string | null;
                }[];
            };
        };
        Cdi: {
            /** One of the words below. */
            state: "deployed" | "notDeployed" | "notInstalled" | "unknown";
            phase: string | null;
            version: string | null;
            /** For the class, a fraction such as 0.06. */
            filesystemOverhead: string | null;
        };
        /**
         * tenantVolume = a tenant cluster asked for it; populating, scratch, clone = CDI's helpers; vmDisk = a worker VM's disk; other.
         * One of the words below.
         */
        VolumePurpose: "tenantVolume" | "populating" | "scratch" | "clone" | "vmDisk" | "other";
        /**
         * ok; waiting = for its first consumer, which is fine; working = on its way; error = does not work; deleting; unknown.
         * One of the words below.
         */
        VolumeState: "ok" | "waiting" | "working" | "error" | "deleting" | "unknown";
        VolumeList: {
            items: components["schemas"]["Volume"][];
            total: number;
            nextCursor: string | null;
            freshness: components["schemas"]["Freshness"];
            errors: components["schemas"]["Problem"][];
        };
        Volume: {
            /** In the under cluster. */
            name: string;
            purpose: components["schemas"]["VolumePurpose"];
            /** For helpers: the volume that they serve. */
            belongsTo: string | null;
            state: components["schemas"]["VolumeState"];
            troubles: components["schemas"]["Trouble"][];
            tenantCluster: string | null;
            /** The claim in the tenant cluster, which can't be seen from here but for its uid. */
            tenantClaim: {
                uid: string;
                /** Finds the claim, run against the tenant cluster. */
                command: string;
            } | null;
            requested: components["schemas"]["Bytes"] | null;
            /** What counts against the quota: the larger of request and status.allocatedResources. null if there is no claim (nothing is charged) or its size is not known. */
            charged: components["schemas"]["Bytes"] | null;
            capacity: components["schemas"]["Bytes"] | null;
            storageClass: string | null;
            accessModes: string[];
            volumeMode: string | null;
            /** The claim's phase; null if there is no claim (yet). */
            phase: string | null;
            dataVolume: {
                name: string;
                phase: string | null;
                progress: string | null;
            } | null;
            persistentVolume: string | null;
            /** The node whose disk holds it, if it is bound to one. */
            node: string | null;
            attachedTo: {
                virtualMachine: string;
                phase: string | null;
            } | null;
            createdAt: components["schemas"]["Time"];
            deletingSince: components["schemas"]["Time"] | null;
        };
        VolumeDetail: {
            volume: components["schemas"]["Volume"];
            /** Newest first; Kubernetes forgets them after an hour. null if they can't be seen. */
            events: {
                type: string;
                reason: string;
                message: string;
                count: number;
                lastSeenAt: components["schemas"]["Time"];
                object: {
                    kind: string;
                    name: string;
                };
            }[] | null;
            freshness: components["schemas"]["Freshness"];
            errors: components["schemas"]["Problem"][];
        };
        /** A wish for another storage quota. Texts are taken as they are; what can't be is refused by field. */
        QuotaChange: {
            underCluster: string;
            tenant: string;
            /** The whole quota of the tenants' class, as a Kubernetes quantity such as 60Gi. */
            size: string;
            /** Why, for the approver. A preview without it is about the size alone. */
            reason?: string;
            /** Set by who knows that less than what is used blocks every new volume. */
            allowBelowUse?: boolean;
        };
        ChangeWarning: {
            code: string;
            message: string;
        };
        ChangeRefusal: {
            code: string;
            field: string | null;
            message: string;
            remedy: string;
            file: string | null;
            line: number | null;
        };
        /** What must be so in the under cluster before the change is merged. */
        ChangeGate: {
            id: string;
            title: string;
            /** One of the words below. */
            state: "passed" | "failed" | "unknown";
            detail: string;
        };
        /** A volume that waits for lack of quota. */
        PendingVolume: {
            name: string;
            tenantCluster: string | null;
            /** What it would be charged; null if that is not known. */
            charge: components["schemas"]["Bytes"] | null;
        };
        /** What a size would mean for the tenant, from what is live. */
        QuotaImpact: {
            /** The live quota; null if there is none or it is not known. */
            before: components["schemas"]["Bytes"] | null;
            /** The size that is asked for; null if it is no size. */
            after: components["schemas"]["Bytes"] | null;
            used: components["schemas"]["Bytes"] | null;
            headroom: components["schemas"]["Headroom"];
            headroomAfter: components["schemas"]["Headroom"] | null;
            /** The smallest quota, in whole MiB, with which all pending volumes can be created at once and none is refused again, whichever goes first; null if none waits or it is not known. */
            smallestUnblocking: components["schemas"]["Bytes"] | null;
            /** Volumes that wait for quota; null if that can't be seen. */
            pending: components["schemas"]["PendingVolume"][] | null;
        };
        QuotaChangePreview: {
            /** Whether there is anything to propose; null if the repository could not be read. */
            changed: boolean | null;
            /** In a sentence. */
            summary: string;
            /** The pull request's title. */
            title: string;
            /** The pull request's description in Markdown, as the requester may see it; null without a reason. */
            body: string | null;
            repository: {
                host: string;
                repository: string;
            } | null;
            files: {
                path: string;
                /** One of the words below. */
                status: "created" | "changed" | "deleted";
            }[];
            /** A unified diff of the lines that change; lines around them are left out, because they may be about others. */
            diff: string;
            warnings: components["schemas"]["ChangeWarning"][];
            refusals: components["schemas"]["ChangeRefusal"][];
            gates: components["schemas"]["ChangeGate"][];
            impact: components["schemas"]["QuotaImpact"];
            /** A request about the same quota that is open already; a new wish replaces its wish. */
            openRequest: components["schemas"]["StorageRequest"] | null;
            /** Why the repository can't be read now, for people. */
            repositoryProblem: string | null;
            freshness: components["schemas"]["Freshness"];
        };
        /** What a plan for a quota needs to know of the under cluster. */
        QuotaFacts: {
            isTenant: boolean;
            storageClass: string;
            quotaState: components["schemas"]["QuotaState"];
            limits: components["schemas"]["QuotaLimit"][];
            /** Labels and annotations of the tenant's quotas, by name. */
            quotas: {
                [key: string]: {
                    labels: {
                        [key: string]: string;
                    };
                    annotations: {
                        [key: string]: string;
                    };
                };
            };
            charged: components["schemas"]["Bytes"] | null;
            headroom: components["schemas"]["Headroom"];
            headroomAfter: components["schemas"]["Headroom"] | null;
            pending: components["schemas"]["PendingVolume"][] | null;
            /** What volumes being created that do not wait for quota may still take of the class; null if it is not known. */
            underWay: components["schemas"]["Bytes"] | null;
            fleet: {
                quotaSum: components["schemas"]["Bytes"] | null;
                capacity: {
                    bytes: components["schemas"]["Bytes"];
                    /** One of the words below. */
                    source: "configured" | "CSIStorageCapacity";
                } | null;
            } | null;
        };
        /** A key, an index, or the element of a list whose fields have these values. */
        YamlPathStep: string | number | {
            where: {
                [key: string]: string;
            };
        };
        /** A repository that manifests of the under cluster are in. */
        ManifestRepository: {
            /** For people and for readers, without credentials, such as https://github.com/acme/fleet. */
            url: string;
            host: string;
            /** Such as acme/fleet. */
            repository: string;
            /** The target branch; null = the repository's default branch. */
            branch: string | null;
            /** The folder that manifests are looked for in; null = everywhere. */
            root: string | null;
            /**
             * Where values live that are not in the manifest of their object. quota = a tenant's quota; localPath = the map `storageClassConfigs`
             *     of local-path's chart; nodePathMap = the list of nodes and paths of one class, `{storageClass}`; webhook = the values of a tenant's
             *     kmetal-webhook release.
             */
            locators: {
                quota?: components["schemas"]["ValueLocator"];
                localPath?: components["schemas"]["ValueLocator"];
                nodePathMap?: components["schemas"]["ValueLocator"];
                webhook?: components["schemas"]["ValueLocator"];
            };
            /** Paths of files for objects that are nowhere yet. quota = a tenant's quota; storage = every other, with `{change}` and `{object}` filled in. */
            newFiles: {
                quota?: string;
                storage?: string;
            };
        };
        ValueLocator: {
            files: string;
            object?: {
                apiGroup?: string;
                kind?: string;
                namespace?: string;
                name?: string;
            };
            path: components["schemas"]["YamlPathStep"][];
        };
        /**
         * What can be changed of an under cluster's storage; the quota of a tenant has routes of its own.
         * One of the words below.
         */
        StorageChangeKind: "velero-location" | "profile" | "backend" | "paths" | "tenant" | "class" | "rook-ceph" | "minio" | "snapshot" | "restore" | "benchmark";
        /** A wish for a change. The input is the change's own, as its Scaffolder action describes it; what can't be is refused by field. */
        StorageChangeWish: {
            underCluster: string;
            /** Why, for the approver. A preview without it is about the change alone. */
            reason?: string;
            input: {
                [key: string]: unknown;
            };
        };
        /** A wish for a change that is previewed. */
        StorageChangePreviewWish: {
            underCluster: string;
            /** Why, for the approver. A preview without it is about the change alone. */
            reason?: string;
            input: {
                [key: string]: unknown;
            };
            /**
             * Inputs of changes of the same kind that are proposed first, by the same task. The change is planned as if they were asked for already;
             *     they open no gate.
             */
            after?: {
                [key: string]: unknown;
            }[];
        };
        /** One thing that the change means, in words for people; null = unknown or does not apply, `note` says which. */
        ChangeImpact: {
            what: string;
            before: string | null;
            after: string | null;
            note: string | null;
        };
        StorageChangePreview: {
            /** Whether there is anything to propose; null if the repository could not be read. */
            changed: boolean | null;
            /** In a sentence. */
            summary: string;
            /** The pull request's title. */
            title: string;
            /** The pull request's description in Markdown; null without a reason. */
            body: string | null;
            branch: string | null;
            repository: {
                host: string;
                repository: string;
            } | null;
            files: {
                path: string;
                /** One of the words below. */
                status: "created" | "changed" | "deleted";
            }[];
            /** A unified diff. */
            diff: string;
            warnings: components["schemas"]["ChangeWarning"][];
            refusals: components["schemas"]["ChangeRefusal"][];
            gates: components["schemas"]["ChangeGate"][];
            impact: components["schemas"]["ChangeImpact"][];
            /** A request about the same object that is open already; a new wish replaces its wish. */
            openRequest: components["schemas"]["StorageRequest"] | null;
            /** Why the repository can't be read now, for people. */
            repositoryProblem: string | null;
            freshness: components["schemas"]["Freshness"];
        };
        StorageChangeFacts: {
            facts: components["schemas"]["UnderClusterFacts"];
            /** In the order in which they are looked through; none = not configured. */
            repositories: components["schemas"]["ManifestRepository"][];
            branches: components["schemas"]["ChangeBranch"][];
            reviewers: {
                users: string[];
                teams: string[];
            };
            openRequest: components["schemas"]["ProposedRequest"];
        };
        NewStorageChangeRequest: {
            underCluster: string;
            input: {
                [key: string]: unknown;
            };
            reason: string;
            /** What is asked for, in one line: the title of the pull request. */
            title: string;
            host: string;
            repository: string;
            /**
             * The files that the change writes or deletes, by their paths in the repository: by them the request waits for the right ones of Flux's
             *     Kustomizations. Absent: for all of the repository's.
             */
            files?: string[];
        };
        ClaimPropertySet: {
            accessModes: string[];
            volumeMode: string | null;
        };
        NodePaths: {
            node: string;
            paths: string[];
        };
        /**
         * known = all there are are told; notInstalled = the under cluster has no such kind; unknown = they can't be seen now, `because` says why:
         *     nothing may be concluded from what is not told.
         * One of the words below.
         */
        Sight: "known" | "notInstalled" | "unknown";
        /** A request that is open in the under cluster. */
        OpenChange: {
            change: string;
            object: string;
            state: components["schemas"]["StorageRequestState"];
            merged: boolean;
            input: {
                [key: string]: unknown;
            };
        };
        /** A StorageClass. Labels and annotations are those that tell who applies it. */
        StorageClassFact: {
            name: string;
            provisioner: string;
            parameters: {
                [key: string]: string;
            };
            reclaimPolicy: string | null;
            volumeBindingMode: string | null;
            allowVolumeExpansion: boolean;
            isDefault: boolean;
            isDefaultVirt: boolean;
            labels: {
                [key: string]: string;
            };
            annotations: {
                [key: string]: string;
            };
        };
        /** A StorageProfile of CDI. */
        StorageProfileFact: {
            name: string;
            pinned: components["schemas"]["ClaimPropertySet"][];
            claimPropertySets: components["schemas"]["ClaimPropertySet"][];
            provisioner: string | null;
            labels: {
                [key: string]: string;
            };
            annotations: {
                [key: string]: string;
            };
        };
        /** A CSIDriver. */
        CsiDriverFact: {
            name: string;
            deletedAt: components["schemas"]["Time"] | null;
        };
        /** The CSI drivers that are registered on a node. */
        CsiNodeFact: {
            node: string;
            drivers: string[];
        };
        /** A node. */
        NodeFact: {
            name: string;
            controlPlane: boolean;
            ready: boolean | null;
            unschedulable: boolean;
        };
        /** PersistentVolumes of one class, provisioner and phase, counted. */
        VolumeGroupFact: {
            storageClass: string | null;
            provisionedBy: string | null;
            phase: string | null;
            count: number;
            bytes: components["schemas"]["Bytes"];
            largest: components["schemas"]["Bytes"];
            nodes: string[];
        };
        /** A PersistentVolumeClaim of the namespaces that the change is about. */
        StorageClaimFact: {
            namespace: string;
            name: string;
            storageClass: string | null;
            phase: string | null;
            volumeMode: string | null;
            accessModes: string[];
            requested: components["schemas"]["Bytes"] | null;
            capacity: components["schemas"]["Bytes"] | null;
            provisionedBy: string | null;
            volume: string | null;
        };
        /** What is being created or waits: a pending claim, a DataVolume that has not succeeded, a prime or scratch claim. */
        UnderWayFact: {
            namespace: string;
            kind: string;
            name: string;
            storageClass: string | null;
            phase: string | null;
        };
        /** What a tenant has and uses of the tenants' class. */
        TenantStorageFact: {
            name: string;
            quota: string | null;
            hard: components["schemas"]["Bytes"] | null;
            used: components["schemas"]["Bytes"] | null;
            largestClaim: components["schemas"]["Bytes"] | null;
            headroom: components["schemas"]["Headroom"];
        };
        /** A namespace. */
        ClusterNamespaceFact: {
            name: string;
            deletedAt: components["schemas"]["Time"] | null;
        };
        /** A ResourceQuota with storage keys, of the namespaces that the change is about. */
        ClusterQuotaFact: {
            namespace: string;
            name: string;
            hard: {
                [key: string]: string;
            };
            used: {
                [key: string]: string;
            };
            labels: {
                [key: string]: string;
            };
            annotations: {
                [key: string]: string;
            };
        };
        /** A HelmRelease of Flux; its values are not told, they may hold secrets. */
        HelmReleaseFact: {
            namespace: string;
            name: string;
            chart: string | null;
            version: string | null;
            releaseName: string | null;
            targetNamespace: string | null;
            /** Of the condition Ready: True, False or Unknown. */
            ready: string | null;
            message: string | null;
            generationObserved: boolean | null;
            suspended: boolean;
            driftDetection: string | null;
            labels: {
                [key: string]: string;
            };
            annotations: {
                [key: string]: string;
            };
        };
        /** A Kustomization of Flux. */
        KustomizationFact: {
            namespace: string;
            name: string;
            path: string | null;
            source: string | null;
            prune: boolean | null;
            wait: boolean | null;
            force: boolean | null;
            suspended: boolean;
            /** Of the condition Ready: True, False or Unknown. */
            ready: string | null;
            message: string | null;
            lastAppliedRevision: string | null;
        };
        /** What the local-path provisioner's ConfigMap says of one class; class null = the provisioner's only map. */
        LocalPathMapFact: {
            namespace: string;
            name: string;
            storageClass: string | null;
            nodePaths: components["schemas"]["NodePaths"][];
            sharedFileSystemPath: string | null;
            labels: {
                [key: string]: string;
            };
            annotations: {
                [key: string]: string;
            };
        };
        /** A BackupStorageLocation of Velero; phase null = not validated yet. */
        BackupLocationFact: {
            namespace: string;
            name: string;
            provider: string | null;
            bucket: string | null;
            prefix: string | null;
            default: boolean;
            accessMode: string | null;
            phase: string | null;
            message: string | null;
            labels: {
                [key: string]: string;
            };
            annotations: {
                [key: string]: string;
            };
        };
        /** A VolumeSnapshotLocation of Velero. */
        SnapshotLocationFact: {
            namespace: string;
            name: string;
            provider: string | null;
            labels: {
                [key: string]: string;
            };
            annotations: {
                [key: string]: string;
            };
        };
        /** A Schedule of Velero; storageLocation null = the default one. */
        BackupScheduleFact: {
            namespace: string;
            name: string;
            storageLocation: string | null;
            volumeSnapshotLocations: string[];
            paused: boolean;
        };
        /** A Backup of Velero. */
        VeleroBackupFact: {
            namespace: string;
            name: string;
            storageLocation: string | null;
            volumeSnapshotLocations: string[];
            phase: string | null;
        };
        /** A Restore of Velero. */
        VeleroRestoreFact: {
            namespace: string;
            name: string;
            backup: string | null;
            schedule: string | null;
            phase: string | null;
        };
        /** A VolumeSnapshotClass. */
        SnapshotClassFact: {
            name: string;
            driver: string;
            deletionPolicy: string | null;
            isDefault: boolean;
            labels: {
                [key: string]: string;
            };
            annotations: {
                [key: string]: string;
            };
        };
        /** A VolumeSnapshot of the namespaces that the change is about. */
        VolumeSnapshotFact: {
            namespace: string;
            name: string;
            claim: string | null;
            snapshotClass: string | null;
            ready: boolean | null;
            restoreSize: components["schemas"]["Bytes"] | null;
            driver: string | null;
            error: string | null;
        };
        /** A Job of the namespaces that the change is about. */
        StorageJobFact: {
            namespace: string;
            name: string;
            succeeded: boolean;
            failed: boolean;
        };
        /** What plans of changes need to know of an under cluster. Lists have a sight each; they are empty unless it is `known`. */
        UnderClusterFacts: {
            underCluster: components["schemas"]["Label"];
            title: string;
            /** The class that tenants' volumes are carved out of. */
            storageClass: string;
            cdi: {
                /** Null = not known. */
                phase: string | null;
                /** CDIConfig.status.filesystemOverhead.global, such as 0.06; null = not known. */
                overhead: string | null;
                classOverhead: {
                    [key: string]: string;
                };
            };
            capacity: {
                bytes: components["schemas"]["Bytes"];
                /** One of the words below. */
                source: "configured" | "CSIStorageCapacity";
            } | null;
            /** Sum of the class' quotas of all tenants; null if unknown. */
            quotaSum: components["schemas"]["Bytes"] | null;
            benchmark: {
                /** What the configuration says benchmarks run, by its digest; null = nothing. */
                image: string | null;
            };
            openChanges: components["schemas"]["OpenChange"][];
            storageClasses: {
                sight: components["schemas"]["Sight"];
                because: string | null;
                items: components["schemas"]["StorageClassFact"][];
            };
            storageProfiles: {
                sight: components["schemas"]["Sight"];
                because: string | null;
                items: components["schemas"]["StorageProfileFact"][];
            };
            csiDrivers: {
                sight: components["schemas"]["Sight"];
                because: string | null;
                items: components["schemas"]["CsiDriverFact"][];
            };
            csiNodes: {
                sight: components["schemas"]["Sight"];
                because: string | null;
                items: components["schemas"]["CsiNodeFact"][];
            };
            nodes: {
                sight: components["schemas"]["Sight"];
                because: string | null;
                items: components["schemas"]["NodeFact"][];
            };
            volumes: {
                sight: components["schemas"]["Sight"];
                because: string | null;
                items: components["schemas"]["VolumeGroupFact"][];
            };
            claims: {
                sight: components["schemas"]["Sight"];
                because: string | null;
                items: components["schemas"]["StorageClaimFact"][];
            };
            underWay: {
                sight: components["schemas"]["Sight"];
                because: string | null;
                items: components["schemas"]["UnderWayFact"][];
            };
            tenants: {
                sight: components["schemas"]["Sight"];
                because: string | null;
                items: components["schemas"]["TenantStorageFact"][];
            };
            namespaces: {
                sight: components["schemas"]["Sight"];
                because: string | null;
                items: components["schemas"]["ClusterNamespaceFact"][];
            };
            resourceQuotas: {
                sight: components["schemas"]["Sight"];
                because: string | null;
                items: components["schemas"]["ClusterQuotaFact"][];
            };
            helmReleases: {
                sight: components["schemas"]["Sight"];
                because: string | null;
                items: components["schemas"]["HelmReleaseFact"][];
            };
            kustomizations: {
                sight: components["schemas"]["Sight"];
                because: string | null;
                items: components["schemas"]["KustomizationFact"][];
            };
            localPathMaps: {
                sight: components["schemas"]["Sight"];
                because: string | null;
                items: components["schemas"]["LocalPathMapFact"][];
            };
            backupLocations: {
                sight: components["schemas"]["Sight"];
                because: string | null;
                items: components["schemas"]["BackupLocationFact"][];
            };
            snapshotLocations: {
                sight: components["schemas"]["Sight"];
                because: string | null;
                items: components["schemas"]["SnapshotLocationFact"][];
            };
            backupSchedules: {
                sight: components["schemas"]["Sight"];
                because: string | null;
                items: components["schemas"]["BackupScheduleFact"][];
            };
            backups: {
                sight: components["schemas"]["Sight"];
                because: string | null;
                items: components["schemas"]["VeleroBackupFact"][];
            };
            restores: {
                sight: components["schemas"]["Sight"];
                because: string | null;
                items: components["schemas"]["VeleroRestoreFact"][];
            };
            snapshotClasses: {
                sight: components["schemas"]["Sight"];
                because: string | null;
                items: components["schemas"]["SnapshotClassFact"][];
            };
            snapshots: {
                sight: components["schemas"]["Sight"];
                because: string | null;
                items: components["schemas"]["VolumeSnapshotFact"][];
            };
            jobs: {
                sight: components["schemas"]["Sight"];
                because: string | null;
                items: components["schemas"]["StorageJobFact"][];
            };
        };
        QuotaChangeFacts: {
            facts: components["schemas"]["QuotaFacts"];
            /** In the order in which they are looked through; none = not configured. */
            repositories: components["schemas"]["ManifestRepository"][];
            /** The branch that the change is proposed from, in each of the repositories, asked of their Git hosts just now; open request or not. */
            branches: components["schemas"]["ChangeBranch"][];
            /** Who is asked to review, as the Git host calls them. */
            reviewers: {
                users: string[];
                teams: string[];
            };
            openRequest: components["schemas"]["ProposedRequest"];
        };
        /** What is proposed already for the same object, asked of the Git host just now. */
        ProposedRequest: {
            request: components["schemas"]["StorageRequest"];
            /** false = it conflicts with the target branch; null = there is no pull request yet, or the Git host can't tell. */
            mergeable: boolean | null;
            /** The pull request's title now, which tells whether it says what its branch does; null = there is no pull request yet. Absent = not asked. */
            title?: string | null;
            /** What was recorded last, as the trailer of the portal's commit tells it: the size of a quota, the fingerprint of any other wish. Absent = not told. */
            wish?: string;
        } | null;
        ChangeBranch: {
            host: string;
            repository: string;
            branch: string;
            /**
             * Commits on the branch that the portal did not make and the target branch does not have: publishing would throw them away.
             *     Empty also if there is no such branch; null = the portal can't ask a Git host of this kind.
             */
            commitsOfOthers: {
                sha: string;
                author: string;
                title: string;
            }[] | null;
        };
        NewStorageRequest: {
            underCluster: string;
            tenant: string;
            /** One of the words below. */
            change: "quota";
            size: string;
            reason: string;
            allowBelowUse?: boolean;
            host: string;
            repository: string;
            /** The live quota when it was planned; null if there was none or it was not known. */
            before: components["schemas"]["Bytes"] | null;
        };
        RequestedChange: "quota" | components["schemas"]["StorageChangeKind"];
        /**
         * preparing = about to be proposed; opened = a pull request is open; changesRequested, approved = a reviewer said so; merged = in Git;
         *     applied = Flux has applied it; live = the under cluster has it; stuck = it does not go on, `message` says why; withdrawn = closed without a merge.
         *     live and withdrawn are ends; stuck may go on by itself.
         * One of the words below.
         */
        StorageRequestState: "preparing" | "opened" | "changesRequested" | "approved" | "merged" | "applied" | "live" | "stuck" | "withdrawn";
        StorageRequestStep: {
            state: components["schemas"]["StorageRequestState"];
            at: components["schemas"]["Time"];
            /** Who did it, as the Git host calls them. */
            by: string | null;
            /** The reviewer's words, or why it does not go on. Plain text. */
            message: string | null;
        };
        /** A change that somebody asked for, and how far it is. */
        StorageRequest: {
            /** Format: uuid */
            id: string;
            underCluster: components["schemas"]["Label"];
            /** The tenant that it is about; null for a change of the under cluster's storage, which the platform team sees alone. */
            tenant: components["schemas"]["Label"] | null;
            change: components["schemas"]["RequestedChange"];
            /** What is changed, by name; with the under cluster and the change it tells one request from another. Of a quota, the tenant. */
            object: string;
            /** What was asked for, in a line. */
            title: string;
            /** Of a quota, as it was asked for; null for every other change. */
            size: string | null;
            sizeBytes: components["schemas"]["Bytes"] | null;
            before: components["schemas"]["Bytes"] | null;
            reason: string;
            /** Entity reference. */
            requester: string;
            state: components["schemas"]["StorageRequestState"];
            /** Since when it is in this state. */
            since: components["schemas"]["Time"];
            by: string | null;
            message: string | null;
            /** false at its end. */
            open: boolean;
            pullRequest: {
                number: number;
                url: string;
            } | null;
            repository: {
                host: string;
                repository: string;
            };
            /** The commit that it was merged as. */
            revision: string | null;
            /** As last judged; null until they were, and once it is merged. */
            gates: components["schemas"]["ChangeGate"][] | null;
            /** All states it has been in, the first one first. */
            history: components["schemas"]["StorageRequestStep"][];
            createdAt: components["schemas"]["Time"];
        };
        StorageRequestList: {
            items: components["schemas"]["StorageRequest"][];
            total: number;
            nextCursor: string | null;
            /** Git hosts that don't answer; requests there may be further than is shown. */
            errors: {
                host: string;
                message: string;
                since: components["schemas"]["Time"];
            }[];
        };
    };
    responses: {
        /** The query or the body can't be read; the message names the parameter or field. */
        BadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** The caller is not signed in. */
        Unauthenticated: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** There is no such tenant or volume, or the caller may not read it, or it is not known yet: always the same answer. A name that can't exist gets it too. */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /**
         * It can't be told now: permissions can't be checked, or the under cluster has not been read yet. The latter is only said to callers who
         *     may read the whole under cluster (tenant-storage.fleet.read); others get the 404.
         */
        Unavailable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
    };
    parameters: {
        Change: components["schemas"]["StorageChangeKind"];
        UnderCluster: components["schemas"]["Label"];
        /** The tenant's namespace in the under cluster. */
        Tenant: components["schemas"]["Label"];
        /** How many items a page holds at most. */
        Limit: number;
        /** nextCursor of the page before, with the same other parameters. */
        Cursor: string;
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
/** @public */
export type $defs = Record<string, never>;
/** @public */
export interface operations {
    listUnderClusters: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** In configured order. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UnderClusterList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            503: components["responses"]["Unavailable"];
        };
    };
    listTenants: {
        parameters: {
            query?: {
                /** Part of the tenant's or the under cluster's name, ignoring case. */
                search?: string;
                /** Only tenants of this under cluster. */
                underCluster?: components["schemas"]["Label"];
                /** Only tenants of this owner, an entity reference such as group:default/team-alpha. */
                owner?: string;
                /** Only tenants in one of these states, separated by commas. */
                status?: string;
                /** true = only tenants whose storage the caller may ask to change (permission tenant-storage.change.create, and a repository is configured). */
                canRequest?: "true";
                /** What to sort by; a minus sign in front turns the order round. Unknown values come last either way. */
                sort?: "name" | "-name" | "used" | "-used" | "usedRatio" | "-usedRatio" | "headroom" | "-headroom" | "status" | "-status";
                /** How many items a page holds at most. */
                limit?: components["parameters"]["Limit"];
                /** nextCursor of the page before, with the same other parameters. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** A page of tenants. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            503: components["responses"]["Unavailable"];
        };
    };
    getTenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                underCluster: components["parameters"]["UnderCluster"];
                /** The tenant's namespace in the under cluster. */
                tenant: components["parameters"]["Tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** The tenant. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            404: components["responses"]["NotFound"];
            503: components["responses"]["Unavailable"];
        };
    };
    listVolumes: {
        parameters: {
            query?: {
                /** Part of the volume's name, its tenant claim's uid, tenant cluster, node or VM, ignoring case. */
                search?: string;
                /** Only volumes in one of these states, separated by commas. */
                state?: string;
                /** Only volumes of this tenant cluster. */
                tenantCluster?: components["schemas"]["Name"];
                /** Only volumes of these purposes, separated by commas. */
                purpose?: string;
                /** What to sort by; a minus sign in front turns the order round. Unknown values come last either way. */
                sort?: "name" | "-name" | "charged" | "-charged" | "createdAt" | "-createdAt" | "state" | "-state" | "tenantCluster" | "-tenantCluster" | "node" | "-node";
                /** How many items a page holds at most. */
                limit?: components["parameters"]["Limit"];
                /** nextCursor of the page before, with the same other parameters. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path: {
                underCluster: components["parameters"]["UnderCluster"];
                /** The tenant's namespace in the under cluster. */
                tenant: components["parameters"]["Tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** A page of volumes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VolumeList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            404: components["responses"]["NotFound"];
            503: components["responses"]["Unavailable"];
        };
    };
    getVolume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                underCluster: components["parameters"]["UnderCluster"];
                /** The tenant's namespace in the under cluster. */
                tenant: components["parameters"]["Tenant"];
                /** The claim's name in the under cluster. */
                volume: components["schemas"]["Name"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** The volume, with its recent events. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VolumeDetail"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            404: components["responses"]["NotFound"];
            503: components["responses"]["Unavailable"];
        };
    };
    previewQuotaChange: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QuotaChange"];
            };
        };
        responses: {
            /** The preview. What can't be done is in `refusals`, by field; that is no error. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuotaChangePreview"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            404: components["responses"]["NotFound"];
            503: components["responses"]["Unavailable"];
        };
    };
    getQuotaChangeFacts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QuotaChange"];
            };
        };
        responses: {
            /** The facts, and the repositories in which the under cluster's manifests are. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuotaChangeFacts"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            /** Somebody else than the scaffolder asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            404: components["responses"]["NotFound"];
            503: components["responses"]["Unavailable"];
        };
    };
    previewStorageChange: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                change: components["parameters"]["Change"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StorageChangePreviewWish"];
            };
        };
        responses: {
            /** The preview. What can't be done is in `refusals`, by field; that is no error. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StorageChangePreview"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            404: components["responses"]["NotFound"];
            503: components["responses"]["Unavailable"];
        };
    };
    getStorageChangeFacts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                change: components["parameters"]["Change"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StorageChangeWish"];
            };
        };
        responses: {
            /** The facts, and the repositories in which the under cluster's manifests are. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StorageChangeFacts"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            /** Somebody else than the scaffolder asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            404: components["responses"]["NotFound"];
            503: components["responses"]["Unavailable"];
        };
    };
    recordStorageChange: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                change: components["parameters"]["Change"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewStorageChangeRequest"];
            };
        };
        responses: {
            /** The request. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StorageRequest"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            /** Somebody else than the scaffolder asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            404: components["responses"]["NotFound"];
            503: components["responses"]["Unavailable"];
        };
    };
    listRequests: {
        parameters: {
            query?: {
                /** Only requests about tenants of this under cluster. */
                underCluster?: components["schemas"]["Label"];
                /** Only requests about tenants of this name. */
                tenant?: components["schemas"]["Label"];
                /** Only requests in one of these states, separated by commas. */
                state?: string;
                /** Only requests for one of these changes, separated by commas. */
                change?: string;
                /** true = only requests that are not at their end (live, withdrawn), false = only those that are. */
                open?: "true" | "false";
                /** How many items a page holds at most. */
                limit?: components["parameters"]["Limit"];
                /** nextCursor of the page before, with the same other parameters. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** A page of requests. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StorageRequestList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            503: components["responses"]["Unavailable"];
        };
    };
    recordRequest: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewStorageRequest"];
            };
        };
        responses: {
            /** The request. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StorageRequest"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            /** Somebody else than the scaffolder asks. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            404: components["responses"]["NotFound"];
            503: components["responses"]["Unavailable"];
        };
    };
}
