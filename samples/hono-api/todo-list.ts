import type { NewTodo, TodoChange } from "./schemas.ts";

interface Todo {
  readonly id: string;
  readonly title: string;
  readonly done: boolean;
}

export class TodoList {
  readonly #todos = new Map<string, Todo>();
  #lastId = 0;

  all(): Todo[] {
    return [...this.#todos.values()];
  }

  get(id: string): Todo | undefined {
    return this.#todos.get(id);
  }

  add(todo: NewTodo): Todo {
    this.#lastId += 1;
    return this.#put({ id: String(this.#lastId), ...todo });
  }

  change(id: string, { title, done }: TodoChange): Todo | undefined {
    const todo = this.#todos.get(id);
    return todo && this.#put({ id, title: title ?? todo.title, done: done ?? todo.done });
  }

  remove(id: string): boolean {
    return this.#todos.delete(id);
  }

  #put(todo: Todo): Todo {
    this.#todos.set(todo.id, todo);
    return todo;
  }
}
