/** What a person does to call tasks, over the typed client. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";

function useTaskWrite<V>(write: (v: V) => Promise<unknown>) {
  const client = useQueryClient();
  const again = () => client.invalidateQueries({ queryKey: ["desk"] });
  return useMutation({ mutationFn: write, onSuccess: again, onError: () => void again() });
}

/** The task comes to my own phone now. */
export function useTakeTask(id: number) {
  return useTaskWrite(() => take(api.POST("/api/v1/desk/tasks/{id}/take", { params: { path: { id } } })));
}

/** The task comes to another operator's phone; 0: to whoever is free first. */
export function useGiveTask(id: number) {
  return useTaskWrite((user_id: number) =>
    take(api.POST("/api/v1/desk/tasks/{id}/give", { params: { path: { id } }, body: { user_id } })),
  );
}

/** Nobody needs to be called. */
export function useDropTask(id: number) {
  return useTaskWrite((reason: string) =>
    take(api.POST("/api/v1/desk/tasks/{id}/drop", { params: { path: { id } }, body: { reason } })),
  );
}

/** Who of those who share the phone has called. */
export function useNamePerson(id: number) {
  return useTaskWrite((member_id: number) =>
    take(api.POST("/api/v1/desk/tasks/{id}/person", { params: { path: { id } }, body: { member_id } })),
  );
}

/** The caller is an employee: his number goes into his card. */
export function useBindCaller(key: string) {
  return useTaskWrite((member_id: number) =>
    take(api.POST("/api/v1/desk/calls/{key}/employee", { params: { path: { key } }, body: { member_id } })),
  );
}
