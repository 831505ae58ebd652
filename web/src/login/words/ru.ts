/** Words of the login screen. */
export const ru = {
  title: "Вход",
  product: "Диспетчер24",
  about: "Аварийно-диспетчерская служба",
  login: "Логин",
  password: "Пароль",
  enter: "Войти",
  needLogin: "Введите логин",
  needPassword: "Введите пароль",
  returned: "Сеанс закончился. Войдите, и откроется страница, на которой вы были.",
};
