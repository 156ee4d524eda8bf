/** What is wrong with a flow's steps: where, like `steps.3.params.task_id`, and what, for whoever wrote them. */
export type Mistake = { path: string; message: string }
